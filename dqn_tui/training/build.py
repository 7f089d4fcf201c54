"""Wires a run together: environments, files, trainer."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

import torch

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
from dqn_tui.training.trainer import Trainer

YOUNG_OBJECTS = 10_000


def resolve_device(setting: str) -> str:
    """`auto` is the CPU, which is faster for networks of a few layers.

    Raises:
        UsageError: CUDA was asked for and torch sees none.
    """
    if setting == "cuda" and not torch.cuda.is_available():
        raise UsageError("device must be auto or cpu where torch sees no CUDA device, got 'cuda'")
    return "cpu" if setting == "auto" else setting


def build_trainer(
    config: Config,
    folder: RunFolder,
    recorder: Recorder,
    control: Control,
    publish: Callable[[Event], None],
    saved: SavedRun | None,
    imports: Sequence[str] = (),
) -> Trainer:
    """A trainer for this thread, whose events are recorded and then published; it goes on from `saved`, if given.

    Raises:
        UsageError: the environment cannot be made, or the checkpoint does not fit it.
    """
    torch.set_num_threads(TORCH_THREADS)
    environments, evaluation_environment = make_environments(config, imports), make_environment(config)
    trainer = Trainer(
        config,
        folder,
        environments,
        evaluation_environment,
        control,
        recorder,
        publish,
        device=resolve_device(config.device),
    )
    if saved is not None:
        trainer.restore(saved)
    _calm_garbage_collector()
    return trainer


def free_memory() -> None:
    """After a run: what it held in circles goes, too."""
    gc.unfreeze()
    gc.collect()


def _calm_garbage_collector() -> None:
    """A full collection over all that torch loads would hold up run and screen for 0.3 s, in the middle of a run."""
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(YOUNG_OBJECTS, *older)
