"""Finding what a run goes on from, and making its folder what it was at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import count_parameters
from dqn_tui.dqn.sizes import FLOAT_BYTES, INDEX_BYTES, estimate_replay_bytes
from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs.checkpoint import GROUPS, MANIFEST, Arrays, Checkpoint, read_arrays, read_checkpoint, read_state
from dqn_tui.runs.durable import recover_folders
from dqn_tui.runs.folder import RunFolder, is_run_folder

# More than a file of arrays holds besides its numbers.
HEADER_BYTES = 100_000


@dataclass(frozen=True)
class SavedRun:
    """What a checkpoint holds of a run, read and found whole."""

    checkpoint: Checkpoint
    arrays: Mapping[str, Arrays]
    state: Mapping[str, Any]


def find_resumable(target: Path) -> tuple[RunFolder, Path]:
    """The run that TARGET belongs to, and the checkpoint folder that it means: a run's newest, or the one named.

    Raises:
        UsageError: TARGET is neither a run with a checkpoint nor a checkpoint inside a run.
    """
    if is_run_folder(target):
        folder = RunFolder(target)
        recover_folders(folder.checkpoints)
        recover_folders(folder.path)
        steps = _step_folders(folder)
        if not steps:
            raise UsageError(f"run {target} has no checkpoint to go on from")
        return folder, steps[-1]
    for run in target.resolve().parents[:2]:
        if (target / MANIFEST).is_file() and is_run_folder(run):
            return RunFolder(run), target
    what = "there is no such folder" if not target.exists() else "neither a run folder nor a checkpoint inside a run"
    raise UsageError(f"--resume {target}: {what}; see `dqn-tui runs`")


def load_saved_run(folder: RunFolder, checkpoint: Checkpoint, config: Config) -> SavedRun:
    """Read all of a checkpoint, each file's size and hash checked.

    Raises:
        CheckpointError: a file is damaged; the message names it, and the next older checkpoint.
    """
    largest = _largest_bytes(checkpoint, config)
    try:
        arrays = {group: read_arrays(checkpoint, group, largest[group] + HEADER_BYTES) for group in GROUPS}
        return SavedRun(checkpoint, arrays, read_state(checkpoint))
    except CheckpointError as error:
        raise name_older(error, folder, checkpoint.path) from None


def read_resumable(folder: RunFolder, path: Path) -> Checkpoint:
    """The checkpoint at `path`.

    Raises:
        CheckpointError: it is damaged; the message names the next older one.
    """
    try:
        return read_checkpoint(path)
    except CheckpointError as error:
        raise name_older(error, folder, path) from None


def name_older(error: CheckpointError, folder: RunFolder, path: Path) -> CheckpointError:
    """The same error, with the checkpoint to go on from instead."""
    older = [step for step in _step_folders(folder) if step.name < path.name]
    hint = f"the next older checkpoint is {older[-1]}" if older else "there is no older checkpoint"
    return CheckpointError(f"{error}; {hint}")


def set_aside_later(folder: RunFolder, step: int) -> None:
    """Move checkpoints of later steps to `superseded/`: the run goes another way from here, and nothing is lost."""
    for path in [*_step_folders(folder), folder.best]:
        try:
            is_later = read_checkpoint(path).step > step
        except CheckpointError:
            continue
        if is_later:
            _move_aside(folder, path)


def _move_aside(folder: RunFolder, path: Path) -> None:
    number = 1
    while (place := folder.superseded / f"{path.name}.{number}").exists():
        number += 1
    place.parent.mkdir(exist_ok=True)
    path.rename(place)


def _step_folders(folder: RunFolder) -> list[Path]:
    """The folders of checkpoints by step, oldest first, readable or not."""
    return sorted(path for path in folder.checkpoints.glob("step_*") if path.is_dir())


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
