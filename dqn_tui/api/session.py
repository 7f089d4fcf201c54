"""Trains a run from Python: like the program without a screen, but a guest in the process."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dqn_tui.api.following import Listener, follow_run
from dqn_tui.api.progress import choose_printer
from dqn_tui.errors import RunFailedError
from dqn_tui.operations.event_files import check_tensorboard, tensorboard_files
from dqn_tui.operations.opening import open_recorder
from dqn_tui.operations.preparation import RunOptions, prepare_run
from dqn_tui.operations.steering import open_to_requests
from dqn_tui.training.background import BackgroundRun
from dqn_tui.view.run_view import RunView

Shown = bool | Literal["auto"]


def train_run(
    options: RunOptions,
    *,
    on_event: Callable[[dict[str, Any]], object] | None,
    progress: Shown,
    should_write_tensorboard: bool = False,
) -> Path:
    """Train to the end, and return the run folder.

    The trainer has a thread of its own, as in the program. This thread shows the progress, calls `on_event`, and waits.

    Raises:
        UsageError: a setting, the environment, the runs folder or the run to resume is not usable.
        RunFailedError: the environment or the trainer raised.
        KeyboardInterrupt: of a second ctrl+c; the run still saves and stops.
    """
    if should_write_tensorboard:
        check_tensorboard()
    prepared = prepare_run(replace(options, flags=_plain(options.flags)), _warn)
    view = RunView()
    recorder = open_recorder(prepared, view, _warn)
    run = BackgroundRun(prepared.config, prepared.folder, recorder, prepared.saved, options.imports, prepared.preset)
    listener = Listener(on_event, run.report_warning)
    event_files = tensorboard_files(run, prepared.folder, are_wanted=should_write_tensorboard)
    with _kept_garbage_collector(), open_to_requests(run, recorder), event_files:
        follow_run(run, view, choose_printer(progress), listener)
    for message in dict.fromkeys((*listener.problems, *run.take_warnings())):
        _warn(message)
    if run.usage_error is not None:
        raise run.usage_error
    if view.failed is not None:
        log = f"; traceback in {view.failed.error_log}" if view.failed.error_log else ""
        raise RunFailedError(f"run failed at step {view.step:,}: {view.failed.error}{log}") from run.error
    if view.cause:
        _warn(f"run diverged at step {view.step:,}: {view.cause}")
    if recorder.problem is not None:
        _warn(recorder.problem)
    return prepared.folder.path


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with NumPy's numbers as Python's."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in settings.items()}


def _warn(message: str) -> None:
    warnings.warn(message, RuntimeWarning, stacklevel=4)


@contextmanager
def _kept_garbage_collector() -> Iterator[None]:
    """Give the process its own thresholds back, which a trainer raises."""
    before = gc.get_threshold()
    try:
        yield
    finally:
        gc.set_threshold(*before)
