"""What holds for every test."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

import tests.toy  # noqa: F401 - registers its environments

settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DQN_TUI_")]:
        monkeypatch.delenv(name)
