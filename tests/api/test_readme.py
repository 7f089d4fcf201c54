"""The examples of the README's section on Python run as they stand, with fewer steps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dqn_tui import Run
from tests.helpers import program_environment
from tests.warm_start import REPOSITORY

SECTION = re.compile(r"^## From Python$(.*?)^## ", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^```python$(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_examples() -> list[str]:
    """The examples, with a fiftieth of their steps."""
    section = SECTION.search((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert section is not None
    steps = re.compile(r"(?<=total_timesteps=)[\d_]+")
    return [steps.sub(lambda found: str(int(found[0]) // 50), code) for code in EXAMPLE.findall(section[1])]


def test_there_are_examples() -> None:
    assert len(read_examples()) == 2


@pytest.mark.parametrize("number", [0, 1])
def test_an_example_runs(tmp_path: Path, number: int) -> None:
    pytest.importorskip("pandas")
    (tmp_path / "example.py").write_text(read_examples()[number])
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env=program_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert Run(runs_dir=tmp_path / "runs").state == "completed"
