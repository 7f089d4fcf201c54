"""Writes the run's checkpoints, reports them, and prunes old ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui import events
from dqn_tui.dqn.saved import Arrays
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.checkpoint import Checkpoint, prune_checkpoints, read_checkpoint, save_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.training.emitter import Emitter


class Contents(NamedTuple):
    """The contents of a checkpoint.

    Attributes:
        arrays: groups of arrays; they may be views of live memory.
        facts: entries of the manifest.
        state: everything else that the rest of the run depends on, as JSON can hold it.
    """

    arrays: Mapping[str, Arrays]
    facts: Mapping[str, Any]
    state: Mapping[str, Any]


class Saver:
    """Saves checkpoints into the run folder.

    A checkpoint that cannot be saved leaves the one before in place; training continues, and the next save tries again.
    """

    def __init__(self, folder: RunFolder, keep_last: int, recorder: Recorder, emit: Emitter) -> None:
        self._folder = folder
        self._keep_last = keep_last
        self._recorder = recorder
        self._emit = emit
        self._failure: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the last save failed, or why the run folder is lost, in one line; None otherwise."""
        return self._failure or self._recorder.problem

    def save(self, reason: str, step: int, contents: Contents) -> str | None:
        """Write `contents` as the checkpoint of `step`; return its path, or None where that failed."""
        started = time.monotonic()
        path = self._folder.best if reason == "best" else self._folder.checkpoints / f"step_{step:09d}"
        reason = _lasting_reason(path, reason)
        try:
            checkpoint = self._write(path, contents, {"step": step, "reason": reason})
        except (OSError, CheckpointError) as error:
            self._failure = f"cannot save {path}: {_explain(error)}"
            self._emit(events.SaveFailed, path=str(path), problem=_explain(error))
            return None
        self._failure = None
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

    def _write(self, path: Path, contents: Contents, facts: Mapping[str, Any]) -> Checkpoint:
        """Write a checkpoint that names the lengths of the run's files: a resumed run continues them from there."""
        state = {**contents.state, "file_lengths": self._recorder.sync()}
        self._emit(events.SaveStarted)
        return save_checkpoint(path, contents.arrays, {**contents.facts, **facts}, state)

    def _prune(self) -> None:
        try:
            prune_checkpoints(self._folder, self._keep_last)
        except OSError as error:
            self._emit(events.WarningRaised, message=f"cannot remove an old checkpoint: {_explain(error)}")


def _lasting_reason(path: Path, reason: str) -> str:
    """Return the reason of a checkpoint of the same step that an automatic save replaces: requested ones are kept."""
    if reason != "autosave":
        return reason
    try:
        return read_checkpoint(path).reason
    except CheckpointError:
        return reason


def _explain(error: OSError | CheckpointError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
