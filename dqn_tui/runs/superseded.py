"""Checkpoints of steps that a run resumed from an earlier one takes again: moved to `superseded/`, and pruned there."""

from __future__ import annotations

from pathlib import Path

from dqn_tui.runs.checkpoint import step_of
from dqn_tui.runs.durable import make_folder, recover_folders, remove_folder, sync_folder
from dqn_tui.runs.folder import RunFolder


def set_aside_later(folder: RunFolder, step: int, keep_last: int) -> str | None:
    """Move the checkpoints of later steps to `superseded/`, and keep the newest `keep_last` there.

    Each holds a whole replay buffer, so they cannot all be kept. Returns what was moved and what was removed, in one
    line; None if there were no later checkpoints.

    Raises:
        OSError: One of them cannot be moved or removed.
    """
    later = [path for path in (*folder.step_folders(), folder.best) if (step_of(path) or 0) > step]
    moved = [_move(folder, path) for path in later]
    removed = _prune(folder, keep_last)
    if not moved:
        return None
    text = f"checkpoints after step {step:,} moved to {folder.superseded}: {', '.join(path.name for path in moved)}"
    return text + (f"; removed from there: {', '.join(removed)}" if removed else "")


def _move(folder: RunFolder, path: Path) -> Path:
    number = 1
    while (place := folder.superseded / f"{path.name}.{number}").exists():
        number += 1
    make_folder(place.parent)
    path.rename(place)
    sync_folder(place.parent)
    sync_folder(path.parent)
    return place


def _prune(folder: RunFolder, keep_last: int) -> list[str]:
    """Remove all but the newest checkpoints from `superseded/`; return the names of the removed ones."""
    recover_folders(folder.superseded)
    kept = sorted(folder.superseded.glob("*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    doomed = [path for path in kept[: max(0, len(kept) - keep_last)] if path.is_dir()]
    for path in doomed:
        remove_folder(path)
    return [path.name for path in doomed]
