"""What is kept of an error: one line for the screen, the traceback for the run's `error.log`."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime

from dqn_tui.runs.folder import RunFolder


def describe_error(error: BaseException) -> str:
    """The error's type and the first line of its message."""
    line = next((line for line in _message(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def locate_error(error: BaseException) -> str:
    """The file and line that raised, such as `"chart.py:87"`; empty where that is not known."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""


def write_error_log(folder: RunFolder, error: BaseException) -> str | None:
    """Add the traceback, without anybody's variables; returns the path, or None where the disk will not take it."""
    head = f"--- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n"
    text = _visible("".join(traceback.format_exception(error)))
    try:
        with folder.error_log.open("a", encoding="utf-8") as file:
            file.write(head + text)
    except OSError:
        return None
    return str(folder.error_log)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the message of a foreign class of errors may itself raise
        return ""


def _visible(text: str) -> str:
    """Control characters, which would steer the terminal of whoever reads the file, as their escapes."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode("ascii") for char in text
    )
