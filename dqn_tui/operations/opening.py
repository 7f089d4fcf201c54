"""Opens the folder of a prepared run for training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dqn_tui.operations.preparation import PreparedRun, check_device

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.recorder import Recorder
    from dqn_tui.view.run_view import RunView


def open_recorder(prepared: PreparedRun, view: RunView, warn: Callable[[str], None]) -> Recorder:
    """Open the run folder for writing.

    Args:
        prepared: the run.
        view: is given the past of a resumed run.
        warn: takes what the user should know, in one line.

    Raises:
        UsageError: another process trains into the folder, or it cannot be written.
    """
    from dqn_tui.dqn.sizes import TORCH_THREADS
    from dqn_tui.runs.host import describe_host
    from dqn_tui.runs.recorder import Recorder

    host = describe_host(check_device(prepared.config), TORCH_THREADS)
    recorder = Recorder(prepared.folder, prepared.config, host, prepared.saved)
    if recorder.set_aside:
        warn(recorder.set_aside)
    if prepared.saved is not None:
        _read_past(view, prepared.folder)
    return recorder


def _read_past(view: RunView, folder: RunFolder) -> None:
    """Apply the journal up to the checkpoint."""
    from dqn_tui.runs.journal import read_journal

    view.apply_all(read_journal(folder.events))
    view.stand_by()
