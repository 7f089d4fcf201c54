"""What holds for every test."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before anything loads torch or NumPy: their threads would wait for each other beside the other workers.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

import tests.toy
import tests.training.toys  # noqa: F401 - registers its environments
from dqn_tui import approval

settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True)
settings.load_profile("quick")


@pytest.fixture
def memory_path(tmp_path: Path) -> Iterator[Path]:
    """A folder that no disk slows down, for tests that write thousands of files."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DQN_TUI_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_preferences_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg-config"))


@pytest.fixture(autouse=True)
def _no_wrappers_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval, "_approved", {})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are cores: a test that waits leaves its core to another."""
    return len(os.sched_getaffinity(0)) + 1 if sys.platform == "linux" else os.cpu_count() or 1


def pytest_collection_finish() -> None:
    """Spare the garbage collector the libraries and the thousands of tests, none of which ever goes."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Programs that tests start shall inherit nothing odd: of `nohup` no deafness, of pytest's readline no size."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So does a shell that starts the tests in the background.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
