"""Wires a run: environments, files, trainer."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

import torch

from dqn_tui.collector import look_less_often
from dqn_tui.config import Config
from dqn_tui.control import Control
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import UsageError
from dqn_tui.events import Event
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.training.output import OutputInbox
from dqn_tui.training.side_reports import SideReports
from dqn_tui.training.trainer import Trainer


def resolve_device(setting: str) -> str:
    """Return the name of torch's device: `auto` is the CPU, which is faster for networks of a few layers.

    Raises:
        UsageError: the setting is `cuda`, and torch finds no CUDA device.
    """
    if setting == "cuda" and not torch.cuda.is_available():
        raise UsageError("device must be auto or cpu where torch finds no CUDA device, got 'cuda'")
    return "cpu" if setting == "auto" else setting


def build_trainer(
    config: Config,
    folder: RunFolder,
    recorder: Recorder,
    control: Control,
    publish: Callable[[Event], None],
    saved: SavedRun | None,
    imports: Sequence[str] = (),
    preset: str | None = None,
    output: OutputInbox | None = None,
    side: SideReports | None = None,
) -> Trainer:
    """Return a trainer for this thread.

    Args:
        config: the run's settings.
        folder: the run folder.
        recorder: records the events.
        control: the mailbox of requests.
        publish: called with each event, after it was recorded.
        saved: the state to resume from, if any.
        imports: modules that register environments.
        preset: name of the preset that the settings are based on, for the first event.
        output: lines that the environment prints, to be reported.
        side: what other threads report.

    Raises:
        UsageError: the environment cannot be made, or the checkpoint does not fit it.
    """
    torch.set_num_threads(TORCH_THREADS)
    environments = make_environments(config, imports, folder.output_log)
    evaluation_environment = make_environment(config)
    trainer = Trainer(
        config,
        folder,
        environments,
        evaluation_environment,
        control,
        recorder,
        publish,
        device=resolve_device(config.device),
        preset=preset,
        imports=imports,
        output=output,
        side=side,
    )
    if saved is not None:
        trainer.restore(saved)
    _calm_garbage_collector()
    return trainer


def free_memory() -> None:
    """Collect reference cycles that a finished run leaves behind."""
    gc.unfreeze()
    gc.collect()


def _calm_garbage_collector() -> None:
    """Exempt all that torch loads from collection: a full one would stall run and screen for 0.3 s."""
    gc.freeze()
    look_less_often()
