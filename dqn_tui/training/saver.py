"""Writes the run's checkpoints, tells of them, and removes old ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from dqn_tui import events
from dqn_tui.runs.checkpoint import Arrays, prune_checkpoints, save_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.emitter import Emitter

Contents = tuple[Mapping[str, Arrays], Mapping[str, Any], Mapping[str, Any]]
"""Groups of arrays, facts for the manifest, and the state that JSON holds."""


class Saver:
    """A disk that will not take a checkpoint is a warning; the one before stays, and training goes on."""

    def __init__(self, folder: RunFolder, keep_last: int, emit: Emitter) -> None:
        self._folder = folder
        self._keep_last = keep_last
        self._emit = emit

    def save(self, reason: str, step: int, collect: Callable[[], Contents]) -> str | None:
        """Write what `collect` gives as a checkpoint of `step`; returns its path, or None where it failed."""
        started = time.monotonic()
        path = self._folder.best if reason == "best" else self._folder.checkpoints / f"step_{step:09d}"
        try:
            arrays, facts, state = collect()
            self._emit(events.SaveStarted)
            checkpoint = save_checkpoint(path, arrays, {**facts, "step": step, "reason": reason}, state)
        except OSError as error:
            self._emit(events.WarningRaised, message=f"cannot save {path}: {error.strerror or error}")
            return None
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
            self._emit(events.WarningRaised, message=f"cannot remove an old checkpoint: {error.strerror or error}")
