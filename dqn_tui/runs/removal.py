"""Deleting a run, or its old checkpoints: never one that is being trained, and nothing outside of its folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import find_checkpoints, is_checkpoint_folder
from dqn_tui.runs.durable import NEW, remove_folder, sync_folder
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.runs.lock import RunLock

# So that the hidden name of a folder with the longest name that a disk allows is not longer.
_LONGEST_HIDDEN = 200


def delete_run(folder: RunFolder) -> None:
    """Remove a run folder with all that is in it; links in it are removed, and what they point to stays.

    Raises:
        UsageError: It is no run folder, a link to one, is being trained, or cannot be removed; then what is left of it
            has its name again.
    """
    with _held(folder):
        doomed = folder.path.with_name(f".{folder.path.name[:_LONGEST_HIDDEN]}{NEW}")
        try:
            if os.path.lexists(doomed):
                shutil.rmtree(doomed)
            folder.path.rename(doomed)
        except OSError as error:
            raise UsageError(f"run {folder.path} cannot be deleted: {_why(error)}") from None
        try:
            shutil.rmtree(doomed)
            sync_folder(folder.path.parent)
        except OSError as error:
            with suppress(OSError):
                doomed.rename(folder.path)
            raise UsageError(f"run {folder.path} could be deleted only in part: {_why(error)}") from None


def find_old_checkpoints(folder: RunFolder) -> list[Path]:
    """Return the folders of all checkpoints but the newest and the best, those in `superseded/` first.

    If `best/` is missing, the best one is that with the highest evaluation.

    Raises:
        UsageError: Something in the run folder is a link, or cannot be read.
    """
    folder.check()
    try:
        by_step = folder.step_folders()
        superseded = sorted(path for path in folder.superseded.glob("*") if path.is_dir())
    except OSError as error:
        raise UsageError(f"run {folder.path} cannot be read: {_why(error)}") from None
    kept = set(by_step[-1:])
    readable = find_checkpoints(folder)
    kept |= {item.path for item in readable[-1:]}
    if not is_checkpoint_folder(folder.best):
        evaluated = [(item.eval_mean, item.step, item.path) for item in readable if item.eval_mean is not None]
        kept |= {max(evaluated)[2]} if evaluated else set()
    return superseded + [path for path in by_step if path not in kept]


def remove_old_checkpoints(folder: RunFolder) -> int:
    """Remove the checkpoints that `find_old_checkpoints` returns; return their number.

    Raises:
        UsageError: The run is being trained, something in its folder is a link, or a checkpoint cannot be removed.
    """
    with _held(folder):
        old = find_old_checkpoints(folder)
        for path in old:
            try:
                remove_folder(path)
            except OSError as error:
                raise UsageError(f"checkpoint {path} cannot be removed: {_why(error)}") from None
        return len(old)


@contextmanager
def _held(folder: RunFolder) -> Iterator[None]:
    """Hold the lock of a run, so that nothing trains into its folder meanwhile.

    Raises:
        UsageError: It is no run folder, a link to one, or the lock cannot be taken.
    """
    if folder.path.is_symlink():
        raise UsageError(f"run {folder.path} is a symbolic link, expected a run folder itself")
    if not is_run_folder(folder.path):
        raise UsageError(f"run {folder.path} is no longer there")
    try:
        lock = RunLock(folder.path)
    except OSError as error:
        raise UsageError(f"run {folder.path} cannot be locked: {_why(error)}") from None
    try:
        yield
    finally:
        lock.release()


def _why(error: OSError) -> str:
    return error.strerror or str(error)
