"""One process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.runs.lock import RunLock, is_locked
from tests.helpers import one_line, program_environment

HOLD = """
import sys
from pathlib import Path
from dqn_tui.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


def hold(run: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the lock until its standard input is closed, or until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=program_environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"
    return process


def test_second_trainer_is_refused_with_the_first_ones_process(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        with pytest.raises(UsageError) as caught:
            RunLock(tmp_path)
        assert one_line(str(caught.value)) == (
            f"run {tmp_path} is being trained by process {holder.pid} on {socket.gethostname()}"
        )
        assert is_locked(tmp_path)
        assert json.loads((tmp_path / "run.lock").read_text())["pid"] == holder.pid
        holder.kill()
    assert not is_locked(tmp_path)
    RunLock(tmp_path).release()


def test_lock_holds_within_one_process_too(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    with pytest.raises(UsageError, match=f"process {os.getpid()} "):
        RunLock(tmp_path)
    lock.release()


def test_released_run_can_be_locked_again(tmp_path: Path) -> None:
    for _ in range(3):
        lock = RunLock(tmp_path)
        assert is_locked(tmp_path)
        lock.release()
        assert not is_locked(tmp_path)


def test_looking_at_a_lock_neither_creates_nor_changes_it(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "run.lock").write_text("x")
    assert not is_locked(tmp_path)
    assert (tmp_path / "run.lock").read_text() == "x"


def test_list_of_runs_that_looks_at_the_lock_does_not_keep_a_trainer_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = os.open(tmp_path / "run.lock", os.O_RDONLY | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    assert not is_locked(tmp_path)
    # Of that module only: a thread that an earlier test left behind may be sleeping, too.
    pause = SimpleNamespace(sleep=lambda _: fcntl.flock(descriptor, fcntl.LOCK_UN))
    monkeypatch.setattr("dqn_tui.runs.lock.time", pause)
    RunLock(tmp_path).release()
    os.close(descriptor)


@pytest.mark.parametrize("content", ["", "not json", "[]", "{}", '{"pid": "x", "host": 1}', "[" * 9_999])
def test_damaged_lock_file_is_no_obstacle(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.lock").write_text(content)
    lock = RunLock(tmp_path)
    (tmp_path / "run.lock").write_text(content)
    with pytest.raises(UsageError, match="is being trained by another process"):
        RunLock(tmp_path)
    lock.release()
