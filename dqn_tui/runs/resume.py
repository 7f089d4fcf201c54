"""Finding what a run goes on from, and making its folder what it was at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import count_parameters
from dqn_tui.dqn.saved import Arrays
from dqn_tui.dqn.sizes import FLOAT_BYTES, INDEX_BYTES, estimate_replay_bytes
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
    verify_checkpoint,
)
from dqn_tui.runs.durable import make_folder, recover_folders, sync_folder
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.runs.lock import RunLock


@dataclass(frozen=True)
class SavedRun:
    """What a checkpoint holds of a run, read and found whole."""

    checkpoint: Checkpoint
    arrays: Mapping[str, Arrays]
    state: Mapping[str, Any]


def find_resumable(target: Path) -> tuple[RunFolder, Path]:
    """The run that TARGET belongs to, and the checkpoint folder that it means: a run's newest, or the one named.

    Raises:
        UsageError: TARGET is neither a run with a checkpoint nor a checkpoint inside a run, or is being trained.
    """
    if is_run_folder(target):
        folder = RunFolder(target)
        _recover(folder)
        steps = folder.step_folders()
        if not steps:
            raise UsageError(f"run {target} has no checkpoint to go on from")
        return folder, steps[-1]
    for run in target.resolve().parents[:2]:
        if is_checkpoint_folder(target) and is_run_folder(run):
            return RunFolder(run), target
    what = "there is no such folder" if not target.exists() else "neither a run folder nor a checkpoint inside a run"
    raise UsageError(f"--resume {target}: {what}; see `dqn-tui runs`")


def _recover(folder: RunFolder) -> None:
    """Tidy up after a crash; what another process is just writing is none."""
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
    """The checkpoint at `path`, and the settings in it.

    Raises:
        CheckpointError: it is damaged; the message names the next older one.
    """
    try:
        checkpoint = read_checkpoint(path)
        return checkpoint, read_settings(checkpoint)
    except CheckpointError as error:
        raise name_older(error, folder, path) from None


def load_saved_run(folder: RunFolder, checkpoint: Checkpoint, config: Config) -> SavedRun:
    """Read all of a checkpoint, each file's size and hash checked.

    Raises:
        CheckpointError: a file is damaged; the message names it, and the next older checkpoint.
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
    """The same error, with the checkpoint to go on from instead: the newest older one that is whole."""
    steps = folder.step_folders()
    names = [step.name for step in steps]
    for step in reversed(steps[: names.index(path.name)] if path.name in names else steps):
        try:
            verify_checkpoint(step)
        except CheckpointError:
            continue
        return CheckpointError(f"{error}; the next older checkpoint is {step}")
    return CheckpointError(f"{error}; there is no older checkpoint")


def set_aside_later(folder: RunFolder, step: int) -> None:
    """Move checkpoints of later steps to `superseded/`: the run goes another way from here, and nothing is lost.

    Raises:
        OSError: one of them cannot be moved.
    """
    for path in [*folder.step_folders(), folder.best]:
        found = _step_of(path)
        if found is not None and found > step:
            _move_aside(folder, path)


def _step_of(path: Path) -> int | None:
    """By the manifest, and where it is damaged by the folder's name."""
    try:
        return read_checkpoint(path).step
    except CheckpointError:
        digits = path.name.removeprefix("step_")
        return int(digits) if digits.isdecimal() else None


def _move_aside(folder: RunFolder, path: Path) -> None:
    number = 1
    while (place := folder.superseded / f"{path.name}.{number}").exists():
        number += 1
    make_folder(place.parent)
    path.rename(place)
    sync_folder(place.parent)
    sync_folder(path.parent)


def _check_state(checkpoint: Checkpoint, folder: RunFolder, state: Mapping[str, Any]) -> None:
    """See that the numbers are of this checkpoint, and that the files that it follows are those of a run."""
    try:
        step, lengths = state["learning"]["step"], dict(state["file_lengths"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{checkpoint.path / STATE} is damaged: {type(error).__name__} {error}") from None
    names = {folder.events.name, folder.progress.name, folder.monitor.name}
    if step != checkpoint.step or set(lengths) != names or not all(type(n) is int and n >= 0 for n in lengths.values()):
        raise CheckpointError(f"{checkpoint.path / STATE} is damaged: it does not belong to step {checkpoint.step:,}")


def _largest_bytes(checkpoint: Checkpoint, config: Config) -> dict[str, int]:
    """What each group can hold at most, by the configuration."""
    spaces = checkpoint.spaces
    weights = FLOAT_BYTES * count_parameters(config, spaces)
    open_episodes = config.num_envs * (4 * INDEX_BYTES + FLOAT_BYTES * spaces.observation_size)
    return {
        "online": weights,
        "target": weights,
        "optimizer": 2 * weights,
        "noise": weights,
        "replay": estimate_replay_bytes(config, spaces, has_masks=True),
        "episodes": INDEX_BYTES * checkpoint.step + open_episodes,
    }
