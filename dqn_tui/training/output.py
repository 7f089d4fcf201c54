"""Lines that the environment prints, on their way from any thread to the event stream."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

MOST_LINES = 20
LONGEST_LINE = 500
SECONDS_BETWEEN = 1.0


class WrittenOutput(NamedTuple):
    """The newest lines, joined by newlines, and how many older ones were dropped before them."""

    text: str
    dropped: int


class OutputInbox:
    """A bounded buffer between the threads that capture output and the trainer's thread.

    Neither side ever waits for more than a few microseconds, and a chatty environment costs neither memory nor a flood
    of events.

    Args:
        collect: called before the lines are taken in any case; it may add lines.
    """

    def __init__(self, collect: Callable[[], None] = lambda: None) -> None:
        self._collect = collect
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._count = 0
        self._taken_at = -SECONDS_BETWEEN

    def add(self, text: str) -> None:
        """Add whole lines; callable from any thread."""
        lines = text.splitlines()
        with self._lock:
            self._count += len(lines)
            self._lines.extend(_clip(line) for line in lines[-MOST_LINES:])

    def take(self, now: float) -> WrittenOutput | None:
        """Return the lines since the last call; None where there are none, or where that was less than a second ago.

        Args:
            now: seconds on a monotonic clock; `math.inf` takes the lines in any case.
        """
        if now == math.inf:
            self._collect()
        if not self._lines or now - self._taken_at < SECONDS_BETWEEN:
            return None
        with self._lock:
            written = WrittenOutput("\n".join(self._lines), self._count - len(self._lines))
            self._lines.clear()
            self._count = 0
        self._taken_at = now
        return written


def _clip(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
