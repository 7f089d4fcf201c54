"""What `import dqn_tui` gives, and what it does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import dqn_tui
from tests.helpers import program_environment

_LIST_LOADED = """
import sys
before = set(sys.modules)
import dqn_tui
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))
"""


def test_importing_the_package_loads_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIST_LOADED],
        env=program_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.split() == ["dqn_tui"]


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in dqn_tui.__all__:
        assert name in dir(dqn_tui)
        value = getattr(dqn_tui, name)
        assert name == "__version__" or value.__doc__


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        _ = dqn_tui.tarin
