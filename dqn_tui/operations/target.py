"""Finds the run and the checkpoint that TARGET names, and checks their environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from dqn_tui.errors import UsageError

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.envs.environment import EnvironmentSpec
    from dqn_tui.rollout import RecordedEpisode
    from dqn_tui.runs.checkpoint import Checkpoint
    from dqn_tui.runs.folder import RunFolder

LATEST = "latest"
"""TARGET that names the newest run."""


def resolve_run(target: str, runs_dir: Path) -> Path:
    """Return the path that TARGET names: of the newest run in `runs_dir`, or the one given.

    Raises:
        UsageError: there are no runs.
    """
    from dqn_tui.runs.folder import find_run_folders

    if target != LATEST:
        return Path(target)
    return next((folder.path for folder in find_run_folders(runs_dir)), None) or _fail_without_runs(runs_dir, "runs")


def find_run(target: str, runs_dir: Path) -> RunFolder:
    """Return the run that RUN names: a run folder, a checkpoint folder in it, or `latest`.

    Raises:
        UsageError: there is none.
    """
    from dqn_tui.runs.folder import RunFolder, is_run_folder

    path = resolve_run(target, runs_dir).absolute()
    for folder in (path, *path.parents[:2]):
        if is_run_folder(folder):
            return RunFolder(folder)
    what = "not a run folder" if path.exists() else "there is no such folder"
    raise UsageError(f"run {target}: {what}; see `dqn-tui runs`")


def find_checkpoint(target: str | None, runs_dir: Path, *, should_take_last: bool) -> Checkpoint:
    """Return the checkpoint that TARGET names; without TARGET, that of the newest run that has one.

    Raises:
        UsageError: there is none, or it is damaged.
    """
    from dqn_tui.runs.checkpoint import resolve_target
    from dqn_tui.runs.folder import find_run_folders

    if target is not None:
        return resolve_target(resolve_run(target, runs_dir), should_take_last=should_take_last)
    for folder in find_run_folders(runs_dir):
        if folder.best.exists() or folder.step_folders():
            return resolve_target(folder.path, should_take_last=should_take_last)
    return _fail_without_runs(runs_dir, "runs with a checkpoint")


def find_own_run(checkpoint: Checkpoint) -> RunFolder | None:
    """Return the run that a checkpoint belongs to; None for one that was copied out of its run."""
    from dqn_tui.runs.folder import RunFolder, is_run_folder

    path = checkpoint.path.absolute()
    places = {path.parent: RunFolder(path.parent).best, path.parents[1]: RunFolder(path.parents[1]).checkpoints}
    for run, place in places.items():
        if is_run_folder(run) and path in (place, place / path.name):
            return RunFolder(run)
    return None


def read_training_episode(checkpoint: Checkpoint, number: int) -> RecordedEpisode:
    """Return a recorded episode of the run that a checkpoint belongs to.

    Raises:
        UsageError: it belongs to none, or the episode was not recorded.
    """
    from dqn_tui.runs.episode_reader import read_episode

    folder = find_run(str(checkpoint.path), checkpoint.path.parent)
    folder.check()
    return read_episode(folder, number)


def check_environment(
    config: Config, imports: tuple[str, ...], warn: Callable[[str], None], path: Path | None = None
) -> EnvironmentSpec:
    """Import the modules that register environments, make the configured one and close it again.

    Args:
        config: the settings.
        imports: the modules.
        warn: takes a line for each module that registers no environment.
        path: folder of a run or checkpoint; the error of an unknown environment says which modules its run imported.

    Raises:
        UsageError: a module cannot be imported, or the environment cannot be made.
    """
    from dqn_tui.envs.make import import_environments, inspect_environment

    warnings = [warning for module in imports if (warning := import_environments(module))]
    spec = inspect_environment(config, [*warnings, *_hint_at_imports(path, imports)])
    for warning in warnings:
        warn(warning)
    return spec


def _hint_at_imports(path: Path | None, imports: tuple[str, ...]) -> list[str]:
    missing = [module for module in _find_imports(path) if module not in imports] if path else []
    if not missing:
        return []
    options = " ".join(f"--import {module}" for module in missing)
    return [f"the run was started with {options}: add {'it' if len(missing) == 1 else 'them'}"]


def _find_imports(path: Path) -> list[str]:
    """Return the modules that the run of a run folder, or of a checkpoint folder in it, was started with."""
    from dqn_tui.events import RunStarted
    from dqn_tui.runs.folder import RunFolder, is_run_folder
    from dqn_tui.runs.journal import read_journal

    for folder in (path, *path.absolute().parents[:2]):
        if is_run_folder(folder):
            first = next(iter(read_journal(RunFolder(folder).events)), None)
            return list(first.imports) if isinstance(first, RunStarted) else []
    return []


def _fail_without_runs(runs_dir: Path, what: str) -> NoReturn:
    raise UsageError(f"there are no {what} in {runs_dir}; `dqn-tui` trains one, --runs-dir names another folder")
