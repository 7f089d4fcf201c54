"""Finding and reading the checkpoint that a run continues from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dqn_tui.config import Config
from dqn_tui.dqn.saved import Arrays
from dqn_tui.dqn.sizes import FLOAT_BYTES, INDEX_BYTES, estimate_replay_bytes, estimate_saved_bytes
from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs.arrays import LARGEST_HEADER_BYTES
from dqn_tui.runs.checkpoint import (
    GROUPS,
    STATE,
    Checkpoint,
    is_checkpoint_folder,
    read_arrays,
    read_checkpoint,
    read_settings,
    read_state,
    step_of,
    verify_checkpoint,
)
from dqn_tui.runs.durable import recover_folders
from dqn_tui.runs.folder import RECORDING, RunFolder, is_run_folder
from dqn_tui.runs.lock import RunLock


@dataclass(frozen=True)
class SavedRun:
    """The contents of a checkpoint, read and verified."""

    checkpoint: Checkpoint
    arrays: Mapping[str, Arrays]
    state: Mapping[str, Any]


def find_resumable(target: Path) -> tuple[RunFolder, Path]:
    """Return the run that TARGET belongs to, and its checkpoint folder: a run's newest, or the one that TARGET names.

    A run's newest checkpoint is its best one where that is later than all regular ones. A regular one counts even if it
    is damaged, so that this is reported, and no steps are lost silently.

    Raises:
        UsageError: TARGET is neither a run with a checkpoint nor a checkpoint inside a run, the run is being trained,
            or something in it is a link.
    """
    if is_run_folder(target):
        folder = RunFolder(target)
        _recover(folder)
        found = [*folder.step_folders()[-1:], *([folder.best] if is_checkpoint_folder(folder.best) else [])]
        if not found:
            raise UsageError(f"run {target} has no checkpoint to resume from")
        return folder, max(found, key=lambda path: step_of(path) or 0)
    if is_checkpoint_folder(target):
        path = target.resolve()
        for run in path.parents[:2]:
            if is_run_folder(run):
                folder = RunFolder(run)
                folder.check()
                return folder, path
    what = "neither a run folder nor a checkpoint inside a run" if os.path.exists(target) else "there is no such folder"
    raise UsageError(f"--resume {target}: {what}; see `dqn-tui runs`")


def _recover(folder: RunFolder) -> None:
    """Clean up after a crash; a folder that another process is writing is left alone."""
    folder.check()
    try:
        lock = RunLock(folder.path)
        try:
            recover_folders(folder.checkpoints)
            recover_folders(folder.path)
        finally:
            lock.release()
    except OSError as error:
        raise UsageError(f"run folder {folder.path} cannot be written: {error.strerror or error}") from None


def read_resumable(folder: RunFolder, path: Path) -> tuple[Checkpoint, Config]:
    """Return the checkpoint at `path`, and the settings in it.

    Raises:
        CheckpointError: It is damaged; the message names the next older one.
    """
    try:
        checkpoint = read_checkpoint(path)
        return checkpoint, read_settings(checkpoint)
    except CheckpointError as error:
        raise name_older(error, folder, path) from None


def load_saved_run(folder: RunFolder, checkpoint: Checkpoint, config: Config) -> SavedRun:
    """Read a whole checkpoint, checking the size and hash of each file.

    Raises:
        CheckpointError: A file is damaged; the message names it, and the next older checkpoint.
    """
    largest = _largest_bytes(checkpoint, config)
    try:
        arrays = {group: read_arrays(checkpoint, group, largest[group] + LARGEST_HEADER_BYTES) for group in GROUPS}
        state = read_state(checkpoint)
        _check_state(checkpoint, folder, state)
        return SavedRun(checkpoint, arrays, state)
    except CheckpointError as error:
        raise name_older(error, folder, checkpoint.path) from None


def name_older(error: CheckpointError, folder: RunFolder, path: Path) -> CheckpointError:
    """Return the error with the checkpoint to resume from instead: the newest older one that is whole."""
    steps = folder.step_folders()
    names = [step.name for step in steps]
    for step in reversed(steps[: names.index(path.name)] if path.name in names else steps):
        try:
            verify_checkpoint(step)
        except CheckpointError:
            continue
        return CheckpointError(f"{error}; the next older checkpoint is {step}")
    return CheckpointError(f"{error}; there is no older checkpoint")


def _check_state(checkpoint: Checkpoint, folder: RunFolder, state: Mapping[str, Any]) -> None:
    """Check that the state belongs to this checkpoint, and that the files it lists are those of a run."""
    try:
        step, lengths = state["learning"]["step"], dict(state["file_lengths"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{checkpoint.path / STATE} is damaged: {type(error).__name__} {error}") from None
    names = {folder.events.name, folder.progress.name, folder.monitor.name}
    # Checkpoints from before there were recordings do not name one.
    is_of_run = set(lengths) - {RECORDING} == names
    if step != checkpoint.step or not is_of_run or not all(type(n) is int and n >= 0 for n in lengths.values()):
        raise CheckpointError(f"{checkpoint.path / STATE} is damaged: it does not belong to step {checkpoint.step:,}")


def _largest_bytes(checkpoint: Checkpoint, config: Config) -> dict[str, int]:
    """Return the most bytes that each group can take with this configuration."""
    spaces = checkpoint.spaces
    weights = estimate_saved_bytes(config, spaces)
    # Five numbers for each environment, and room for one more.
    open_episodes = config.num_envs * (6 * INDEX_BYTES + FLOAT_BYTES * spaces.observation_size)
    return {
        "online": weights,
        "target": weights,
        "optimizer": 2 * weights,
        "noise": weights,
        "replay": estimate_replay_bytes(config, spaces, has_masks=True),
        "episodes": INDEX_BYTES * checkpoint.step + open_episodes,
    }
