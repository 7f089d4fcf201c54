"""Deleting a run and its old checkpoints."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.runs.disk_size import measure_bytes
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.removal import delete_run, find_old_checkpoints, remove_old_checkpoints
from tests.helpers import one_line
from tests.runs.test_checkpoint import save, save_step

DISK_REMOVE = shutil.rmtree


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "runs" / "CartPole-v1__s1__20261101-120000")
    folder.checkpoints.mkdir(parents=True)
    folder.events.write_bytes(b"{}\n")
    return folder


def refuse(change: Callable[[RunFolder], object], run: RunFolder) -> str:
    with pytest.raises(UsageError) as caught:
        change(run)
    return one_line(str(caught.value))


def test_a_run_is_deleted_and_nothing_else(run: RunFolder, tmp_path: Path) -> None:
    save_step(run, 100)
    other = tmp_path / "runs" / "other"
    other.mkdir()
    delete_run(run)
    assert list((tmp_path / "runs").iterdir()) == [other]


def test_what_links_in_a_run_point_to_stays(run: RunFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("kept")
    for place in (run.best, run.path / "link", run.checkpoints / "step_000000100"):
        place.symlink_to(outside, target_is_directory=True)
    (run.path / "host.json").symlink_to(outside / "precious")
    delete_run(run)
    assert not run.path.exists()
    assert (outside / "precious").read_text() == "kept"


@pytest.mark.parametrize("change", [delete_run, remove_old_checkpoints])
def test_a_run_that_is_being_trained_is_left_alone(run: RunFolder, change: Callable[[RunFolder], object]) -> None:
    for step in (100, 200):
        save_step(run, step)
    lock = RunLock(run.path)
    try:
        assert "is being trained by process" in refuse(change, run)
    finally:
        lock.release()
    assert [path.name for path in run.step_folders()] == ["step_000000100", "step_000000200"]


@pytest.mark.parametrize("change", [delete_run, remove_old_checkpoints])
def test_only_run_folders_themselves_are_changed(
    run: RunFolder, tmp_path: Path, change: Callable[[RunFolder], object]
) -> None:
    link = RunFolder(tmp_path / "runs" / "link")
    link.path.symlink_to(run.path, target_is_directory=True)
    assert "is a symbolic link" in refuse(change, link)
    (tmp_path / "photos").mkdir()
    assert "is no longer there" in refuse(change, RunFolder(tmp_path / "photos"))
    assert "is no longer there" in refuse(change, RunFolder(tmp_path / "gone"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos", "runs"]
    assert not (tmp_path / "photos" / "run.lock").exists()
    assert run.events.exists()


@pytest.mark.parametrize("put", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_a_run_whose_lock_is_no_file_is_left_alone(run: RunFolder, put: Callable[[Path], object]) -> None:
    put(run.path / "run.lock")
    assert "cannot be locked" in refuse(delete_run, run)
    assert run.events.exists()


def test_a_run_that_goes_only_in_part_has_its_name_again(run: RunFolder) -> None:
    save_step(run, 100)

    def fail(path: Path, *_: object) -> None:
        DISK_REMOVE(path / "checkpoints")
        raise OSError(errno.EACCES, "Permission denied")

    with patch("shutil.rmtree", fail):
        assert "could be deleted only in part: Permission denied" in refuse(delete_run, run)
    assert sorted(path.name for path in run.path.iterdir()) == ["events.jsonl", "run.lock"]
    delete_run(run)
    assert not run.path.exists()


def test_a_name_of_the_greatest_length_is_deleted(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ("x" * 255))
    folder.path.mkdir()
    folder.events.write_bytes(b"")
    delete_run(folder)
    assert list(tmp_path.iterdir()) == []


def test_the_newest_and_the_best_checkpoint_are_kept(run: RunFolder) -> None:
    for step in (100, 200, 300):
        save_step(run, step, "request" if step == 100 else "autosave")
    save(run.best, step=200, reason="best", eval_mean=3.0)
    save(run.superseded / "step_000000250.1", step=250, reason="autosave")
    old = [path.name for path in find_old_checkpoints(run)]
    assert old == ["step_000000250.1", "step_000000100", "step_000000200"]
    assert remove_old_checkpoints(run) == 3
    assert [path.name for path in run.step_folders()] == ["step_000000300"]
    assert run.best.exists()
    assert find_old_checkpoints(run) == []
    assert remove_old_checkpoints(run) == 0


def test_without_a_best_folder_the_best_checkpoint_by_step_is_kept(run: RunFolder) -> None:
    for step, mean in ((100, 1.0), (200, 9.0), (300, 5.0), (400, None)):
        save(run.checkpoints / f"step_{step:09d}", step=step, reason="autosave", eval_mean=mean)
    assert [path.name for path in find_old_checkpoints(run)] == ["step_000000100", "step_000000300"]


def test_the_newest_whole_checkpoint_is_kept_if_the_newest_is_damaged(run: RunFolder) -> None:
    for step in (100, 200, 300):
        save_step(run, step)
    (run.checkpoints / "step_000000300" / "manifest.json").write_text("{")
    save(run.best, step=100, reason="best", eval_mean=3.0)
    assert [path.name for path in find_old_checkpoints(run)] == ["step_000000100"]


def test_checkpoints_that_are_links_are_refused(run: RunFolder, tmp_path: Path) -> None:
    save_step(run, 100)
    outside = tmp_path / "outside"
    save(outside, step=50, reason="autosave")
    (run.checkpoints / "step_000000050").symlink_to(outside, target_is_directory=True)
    assert "symbolic link" in refuse(find_old_checkpoints, run)
    assert "symbolic link" in refuse(remove_old_checkpoints, run)
    assert (outside / "manifest.json").exists()


def test_size_counts_files_and_follows_no_links(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 5_000)
    (run.path / "link").symlink_to(tmp_path / "large")
    (run.path / "folder").symlink_to(tmp_path, target_is_directory=True)
    (run.checkpoints / "a").write_bytes(b"x" * 7)
    assert measure_bytes(run.path) == len(b"{}\n") + 7
    assert measure_bytes(run.checkpoints, run.checkpoints) == 14
    assert measure_bytes(tmp_path / "gone") == 0
