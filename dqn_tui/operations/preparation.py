"""Prepares a run: everything that can be wrong with it is found before there is a screen, or a folder of a new run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.config import Config, change_config
from dqn_tui.errors import UsageError
from dqn_tui.operations.target import check_environment, resolve_run
from dqn_tui.settings import named_settings, resolve_settings

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.resume import SavedRun
    from dqn_tui.spaces import Spaces

USABLE_MEMORY_FRACTION = 0.9
"""Share of the free memory for the replay buffer; torch, the environment and the program need the rest."""


@dataclass(frozen=True)
class RunOptions:
    """The options that decide what is trained.

    Attributes:
        flags: configuration keys given as options.
        preset, config, name, resume: as on the command line; None where not given.
        runs_dir: the runs folder.
        imports: modules that register environments.
    """

    flags: Mapping[str, Any]
    preset: str | None
    config: Path | None
    runs_dir: Path
    name: str | None
    resume: str | None
    imports: tuple[str, ...]


@dataclass(frozen=True)
class PreparedRun:
    """A run that is ready to be trained.

    Attributes:
        config: the settings.
        preset: name of the preset that they are based on; None where there is none, and for a resumed run.
        folder: the run folder, by its absolute path: an environment may change the working folder.
        saved: the state to resume from, if any.
    """

    config: Config
    preset: str | None
    folder: RunFolder
    saved: SavedRun | None


def prepare_run(options: RunOptions, warn: Callable[[str], None]) -> PreparedRun:
    """Check the options and the environment, and make the folder of a new run or read the checkpoint to resume from.

    Args:
        options: decide what is trained.
        warn: takes what the user should know, in one line.

    Raises:
        UsageError: a setting, the environment, the runs folder or the run to resume is not usable.
    """
    return _prepare_new(options, warn) if options.resume is None else _prepare_resumed(options, options.resume, warn)


def _prepare_new(options: RunOptions, warn: Callable[[str], None]) -> PreparedRun:
    from dqn_tui.runs.folder import create_run_folder

    runs_dir = options.runs_dir.absolute()
    config, preset = resolve_settings(preset=options.preset, file=options.config, flags=options.flags)
    _check_memory(config, _check_environment(config, options.imports, warn), is_resumed=False)
    check_device(config)
    folder = create_run_folder(runs_dir, config.env, options.name or f"s{config.seed}")
    return PreparedRun(config, preset, folder, None)


def _prepare_resumed(options: RunOptions, target: str, warn: Callable[[str], None]) -> PreparedRun:
    """Return the run with the settings of its checkpoint, changed by those that were named."""
    from dqn_tui.runs.checkpoint import check_fit
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.resume import find_resumable, load_saved_run, read_resumable
    from dqn_tui.training.completion import is_complete

    for flag, value in (("--preset", options.preset), ("--name", options.name)):
        if value is not None:
            raise UsageError(
                f"{flag} {value} cannot be combined with --resume; change single keys with --set KEY=VALUE"
            )
    found, path = find_resumable(resolve_run(target, options.runs_dir))
    checkpoint, settings = read_resumable(found, path)
    folder = RunFolder(found.path.absolute())
    checkpoint = replace(checkpoint, path=path.absolute())
    config = change_config(settings, named_settings(options.config, os.environ, options.flags, settings.env))
    if is_complete(found, checkpoint, config):
        raise UsageError(
            f"run {found.path} is complete with {checkpoint.step:,} of {config.total_timesteps:,} steps; "
            f"extend it with --steps and a larger number"
        )
    spaces = _check_environment(config, options.imports, warn, folder.path)
    check_fit(checkpoint, spaces)
    _check_memory(config, spaces, is_resumed=True)
    check_device(config)
    return PreparedRun(config, None, folder, load_saved_run(folder, checkpoint, config))


def check_device(config: Config) -> str:
    """Return the name of the device; torch is loaded only for CUDA.

    Raises:
        UsageError: there is no such device.
    """
    if config.device != "cuda":
        return "cpu"
    from dqn_tui.training.build import resolve_device

    return resolve_device(config.device)


def _check_environment(
    config: Config, imports: tuple[str, ...], warn: Callable[[str], None], path: Path | None = None
) -> Spaces:
    from dqn_tui.envs.vector import check_vectorization

    spec = check_environment(config, imports, warn, path)
    check_vectorization(config)
    if config.until_solved and config.goal is None and spec.goal is None:
        raise UsageError(f"until_solved needs a goal, and {config.env} has none; set one with --set goal=NUMBER")
    return spec.spaces


def _check_memory(config: Config, spaces: Spaces, *, is_resumed: bool) -> None:
    """Refuse networks and a replay buffer that do not fit into the free memory, where its size is known."""
    from dqn_tui.dqn.sizes import estimate_network_bytes, estimate_replay_bytes
    from dqn_tui.runs.memory import measure_available_bytes
    from dqn_tui.view.text import size

    available = measure_available_bytes()
    if available is None:
        return
    networks = estimate_network_bytes(config, spaces)
    if networks > available:
        raise UsageError(
            f"net_arch {list(config.net_arch)} needs {size(networks)} of memory for the networks and the optimiser, "
            f"and {size(available)} are free; choose smaller layers"
        )
    needed = estimate_replay_bytes(config, spaces)
    if needed <= available:
        return
    largest = _round_down(config.buffer_size * USABLE_MEMORY_FRACTION * available / needed)
    advice = "free some, or resume on another machine" if is_resumed else f"use --set buffer_size={largest} or smaller"
    raise UsageError(
        f"buffer_size {config.buffer_size} needs {size(needed)} of memory for the replay buffer, "
        f"and {size(available)} are free; {advice}"
    )


def _round_down(count: float) -> int:
    """Round down to one significant digit, but not to 0."""
    digits = str(max(1, int(count)))
    return int(digits[0].ljust(len(digits), "0"))
