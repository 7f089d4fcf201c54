"""One line of progress: in a terminal, in a notebook, or nothing."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from typing import Any, Literal, Protocol, TextIO

from dqn_tui.events import Event
from dqn_tui.headless import LinePrinter, describe_progress
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import for_marker, plain

REFRESH_SECONDS = 0.2
WIDEST_LINE = 100
_SHOWN_LEVELS = ("warning", "failed")


class ProgressPrinter(Protocol):
    """Prints a run while it trains; a printer of `dqn_tui.headless` that can make room for what others print."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Take the next event, and its line of the log if it has one."""

    def refresh(self, view: RunView) -> None:
        """Take the state of the run."""

    def clear(self) -> None:
        """Leave the output at the start of an empty line."""

    def close(self) -> None:
        """End."""


def choose_printer(progress: bool | Literal["auto"]) -> ProgressPrinter:
    """Return a printer: none for False, and for "auto" where the output is neither a terminal nor a notebook."""
    if not progress:
        return NoProgress()
    if is_notebook():
        return ProgressLine(sys.stdout, is_terminal=False)
    if sys.stderr is not None and sys.stderr.isatty():
        return ProgressLine(sys.stderr, is_terminal=True)
    return PlainLines(sys.stdout) if progress is True and sys.stdout is not None else NoProgress()


def is_notebook() -> bool:
    """Whether the code runs in the kernel of a notebook."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ in ("ZMQInteractiveShell", "Shell") and hasattr(shell, "kernel")


class NoProgress:
    """Prints nothing."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print nothing."""

    def refresh(self, view: RunView) -> None:
        """Print nothing."""

    def clear(self) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Print nothing."""


class PlainLines(LinePrinter):
    """The lines of `dqn-tui --no-ui`."""

    def clear(self) -> None:
        """Print nothing: every line is complete."""


class ProgressLine:
    """A line that is written over itself, and warnings above it. Where the output is lost, nothing is printed.

    Args:
        stream: a terminal, or the output of a notebook's cell.
        is_terminal: whether it takes a terminal's codes.
    """

    def __init__(self, stream: TextIO, *, is_terminal: bool) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._marker = detect_marker(encoding=getattr(stream, "encoding", None) or "ascii")
        self._width = 0
        self._printed_at = -REFRESH_SECONDS
        self._view: RunView | None = None

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the line of a warning or a failure."""
        if line is not None and line.level in _SHOWN_LEVELS:
            self.clear()
            self._write(f"{self._fit(f'{line.symbol} {line.text}', most=None)}\n")

    def refresh(self, view: RunView) -> None:
        """Print the line when it is time."""
        # Before its first event, nothing is known of a run.
        self._view = view if view.total_timesteps else None
        if self._view is not None and time.monotonic() - self._printed_at >= REFRESH_SECONDS:
            self._draw(view)

    def clear(self) -> None:
        """Erase the line."""
        if self._width:
            self._write("\r\x1b[K" if self._is_terminal else f"\r{' ' * self._width}\r")
            self._width = 0

    def close(self) -> None:
        """Print the last state of the run, and end the line."""
        if self._view is not None:
            self._draw(self._view)
            self._write("\n")

    def _draw(self, view: RunView) -> None:
        self._printed_at = time.monotonic()
        columns = shutil.get_terminal_size().columns - 1 if self._is_terminal else WIDEST_LINE
        text = self._fit(describe_progress(view), most=columns)
        self._write("\r" + text + ("\x1b[K" if self._is_terminal else " " * (self._width - len(text))))
        self._width = len(text)

    def _fit(self, text: str, *, most: int | None) -> str:
        return for_marker(plain(text), self._marker)[:most]

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
