"""Writes the run's checkpoints, tells of them, and removes old ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.dqn.saved import Arrays
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.checkpoint import prune_checkpoints, read_checkpoint, save_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.emitter import Emitter

Contents = tuple[Mapping[str, Arrays], Mapping[str, Any], Mapping[str, Any]]
"""Groups of arrays, facts for the manifest, and the state that JSON holds."""


class Saver:
    """A disk that will not take a checkpoint is a warning; the one before stays, training goes on, the next save tries.

    Attributes:
        problem: why the last save failed, in one line; None where it did not.
    """

    def __init__(self, folder: RunFolder, keep_last: int, emit: Emitter) -> None:
        self._folder = folder
        self._keep_last = keep_last
        self._emit = emit
        self.problem: str | None = None

    def save(self, reason: str, step: int, collect: Callable[[], Contents]) -> str | None:
        """Write what `collect` gives as a checkpoint of `step`; returns its path, or None where it failed."""
        started = time.monotonic()
        path = self._folder.best if reason == "best" else self._folder.checkpoints / f"step_{step:09d}"
        reason = _lasting_reason(path, reason)
        try:
            arrays, facts, state = collect()
            self._emit(events.SaveStarted)
            checkpoint = save_checkpoint(path, arrays, {**facts, "step": step, "reason": reason}, state)
        except (OSError, CheckpointError) as error:
            self.problem = f"cannot save {path}: {_explain(error)}"
            self._emit(events.WarningRaised, message=self.problem)
            return None
        self.problem = None
        self._emit(
            events.CheckpointSaved,
            path=str(path),
            size_bytes=checkpoint.size_bytes,
            seconds=round(time.monotonic() - started, 6),
            reason=reason,
            eval_mean=checkpoint.eval_mean,
        )
        self._prune()
        return str(path)

    def _prune(self) -> None:
        try:
            prune_checkpoints(self._folder, self._keep_last)
        except OSError as error:
            self._emit(events.WarningRaised, message=f"cannot remove an old checkpoint: {_explain(error)}")


def _lasting_reason(path: Path, reason: str) -> str:
    """An automatic save over one of the same step that is to stay, such as one asked for by hand, stays as well."""
    if reason != "autosave":
        return reason
    try:
        return read_checkpoint(path).reason
    except CheckpointError:
        return reason


def _explain(error: OSError | CheckpointError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
