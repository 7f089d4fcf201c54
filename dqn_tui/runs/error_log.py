"""What is kept of an error: one line for the screen, the traceback for the run's `error.log`."""

from __future__ import annotations

import traceback

from dqn_tui.runs.folder import RunFolder


def describe_error(error: BaseException) -> str:
    """The error's type and the first line of its message."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def write_error_log(folder: RunFolder, error: BaseException) -> str | None:
    """Write the traceback, without anybody's variables; returns the path, or None where the disk will not take it."""
    try:
        folder.error_log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return str(folder.error_log)
