"""Reports errors that no run's `error.log` keeps."""

from __future__ import annotations

from dqn_tui.commands.streams import say
from dqn_tui.events import EndReason


def report_failure(what: str, error: BaseException) -> int:
    """Write an error and its place to standard error, in one line; return the exit code."""
    from dqn_tui.runs.error_log import describe_error, locate_error

    say(f"the {what} failed: {describe_error(error)}, raised at {locate_error(error)}")
    return EndReason.FAILED.exit_code
