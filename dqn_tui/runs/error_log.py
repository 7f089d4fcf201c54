"""Errors: one line for the screen, the traceback for the run's `error.log`."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime

from dqn_tui.errors import read_message
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.safe_open import open_file


def describe_error(error: BaseException) -> str:
    """Return the error's type and the first line of its message."""
    line = next((line for line in read_message(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def locate_error(error: BaseException) -> str:
    """Return the file and line that raised, such as `"chart.py:87"`; empty if unknown."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""


def write_error_log(folder: RunFolder, error: BaseException) -> str | None:
    """Append the traceback, without local variables; return the path, or None if it cannot be written."""
    head = f"--- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n"
    text = _visible("".join(traceback.format_exception(error)))
    try:
        descriptor = open_file(folder.error_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(head + text)
    except OSError:
        return None
    return str(folder.error_log)


def _visible(text: str) -> str:
    """Escape control characters, which would act on the terminal that shows the file."""
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode("ascii") for char in text
    )
