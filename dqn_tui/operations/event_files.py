"""`--tensorboard`: event files beside a run that trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dqn_tui.operations.extras import needs_extra

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.training.background import BackgroundRun


def check_tensorboard() -> None:
    """Load what `--tensorboard` needs, before there is a run.

    Raises:
        UsageError: it is not installed.
    """
    with needs_extra("--tensorboard", "tensorboard"):
        import dqn_tui.exports.live_tensorboard  # noqa: F401


@contextmanager
def tensorboard_files(run: BackgroundRun, folder: RunFolder, *, are_wanted: bool) -> Iterator[None]:
    """Write event files while the block runs, if they are wanted; a failure is one warning of the run."""
    if not are_wanted:
        yield
        return
    from dqn_tui.exports.live_tensorboard import LiveTensorBoard

    files = LiveTensorBoard(folder, run.report_warning)
    files.start()
    try:
        yield
    finally:
        files.close()
