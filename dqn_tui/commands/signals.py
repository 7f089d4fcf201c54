"""Catches the signals that end a program, from its first frame to its last line."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from dqn_tui.commands.terminal import Terminal

SECOND_SIGNAL_SECONDS = 2.0
_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signal_code(number: int) -> int:
    """Return the exit code of a program that a signal ended, as shells number it."""
    return 128 + number


class SignalTraps:
    """A context manager that catches SIGINT, SIGTERM and SIGHUP; a second SIGINT within two seconds exits at once.

    The handlers are Python's own, not an event loop's: they run even while a screen is blocked in a write, and they
    stay in place from one viewer to the next, so a signal that is sent twice finds no gap. A SIGHUP that is ignored
    from the start, as by `nohup`, stays ignored.

    Args:
        take: called with each signal on the main thread, between any two instructions; it must not wait for a lock.
        terminal: restored before exiting at once.
    """

    def __init__(self, take: Callable[[int], None], terminal: Terminal) -> None:
        self._take = take
        self._terminal = terminal
        self._interrupted_at = -SECOND_SIGNAL_SECONDS
        self._is_exiting = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> SignalTraps:
        for number in _CAUGHT:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._previous:
            signal.signal(*self._previous.popitem())

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._is_exiting:
            # A third signal must not interrupt the restoring of the terminal.
            return
        if number == signal.SIGINT:
            if time.monotonic() - self._interrupted_at < SECOND_SIGNAL_SECONDS:
                self._is_exiting = True
                self._terminal.put_back()
                os._exit(signal_code(number))
            self._interrupted_at = time.monotonic()
        self._take(number)
