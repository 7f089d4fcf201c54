"""One process at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.runs.lock import RunLock
from tests.helpers import one_line


def test_a_second_trainer_is_refused_with_the_first_ones_process(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    with pytest.raises(UsageError) as caught:
        RunLock(tmp_path)
    message = one_line(str(caught.value))
    assert str(tmp_path) in message
    assert str(os.getpid()) in message
    lock.release()


def test_a_released_run_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(3):
        RunLock(tmp_path).release()


@pytest.mark.parametrize("content", ["", "not json", "[]", "{}", '{"pid": "x", "host": 1}'])
def test_a_damaged_lock_file_is_no_obstacle(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.lock").write_text(content)
    lock = RunLock(tmp_path)
    (tmp_path / "run.lock").write_text(content)
    with pytest.raises(UsageError, match="is being trained"):
        RunLock(tmp_path)
    lock.release()
