"""Checkpoints that a resumed run left behind: moved, named, and pruned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.superseded import set_aside_later
from tests.runs.test_checkpoint import MANIFEST, save, save_step


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.events.touch()
    return folder


def names(path: Path) -> list[str]:
    return sorted(item.name for item in path.iterdir()) if path.exists() else []


def test_later_checkpoints_are_moved_and_named(run: RunFolder) -> None:
    for step in (100, 200, 300):
        save_step(run, step)
    save(run.best, step=300, reason="best")
    assert set_aside_later(run, 100, 3) == (
        f"checkpoints after step 100 moved to {run.superseded}: step_000000200.1, step_000000300.1, best.1"
    )
    assert names(run.checkpoints) == ["step_000000100"]
    assert names(run.superseded) == ["best.1", "step_000000200.1", "step_000000300.1"]
    assert not run.best.exists()


def test_nothing_is_said_when_nothing_is_later(run: RunFolder) -> None:
    save_step(run, 100)
    save(run.best, step=100, reason="best")
    assert set_aside_later(run, 100, 3) is None
    assert not run.superseded.exists()


def test_step_of_a_damaged_checkpoint_is_that_of_its_name(run: RunFolder) -> None:
    (save_step(run, 200) / MANIFEST).write_text("{")
    assert "step_000000200.1" in (set_aside_later(run, 100, 3) or "")


def test_newest_superseded_checkpoints_are_kept_and_the_removed_ones_named(run: RunFolder) -> None:
    told = []
    for number in range(1, 6):
        os.utime(save_step(run, 200), (number, number))
        told.append((set_aside_later(run, 100, 2) or "").partition("superseded: ")[2])
    removed = "; removed from there: step_000000200"
    assert told == [
        "step_000000200.1",
        "step_000000200.2",
        f"step_000000200.3{removed}.1",
        f"step_000000200.1{removed}.2",
        f"step_000000200.2{removed}.3",
    ]
    assert names(run.superseded) == ["step_000000200.1", "step_000000200.2"]


def test_leftovers_of_a_crash_are_removed(run: RunFolder) -> None:
    save_step(run, 100)
    (run.superseded / ".step_000000200.1.tmp").mkdir(parents=True)
    set_aside_later(run, 100, 2)
    assert names(run.superseded) == []
