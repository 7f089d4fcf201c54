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
FORWARDED_INTERRUPT: signal.Signals | None = getattr(signal, "SIGRTMIN", None)
"""A SIGINT that the process in front passes on; None where it passes none on."""
_PAIR_SECONDS = 0.5
_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signal_code(number: int) -> int:
    """Return the exit code of a program that a signal ended, as shells number it."""
    return 128 + number


class SignalTraps:
    """A context manager that catches SIGINT, SIGTERM and SIGHUP; a second SIGINT within two seconds exits at once.

    A SIGINT to a whole process group arrives twice where there is a process in front, directly and forwarded; such a
    pair counts once.

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
        self._unpaired: int | None = None
        self._is_exiting = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> SignalTraps:
        for number in (*_CAUGHT, *((FORWARDED_INTERRUPT,) if FORWARDED_INTERRUPT else ())):
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
        if number in (signal.SIGINT, FORWARDED_INTERRUPT):
            if self._completes_pair(number):
                return
            number = signal.SIGINT
            if time.monotonic() - self._interrupted_at < SECOND_SIGNAL_SECONDS:
                self._is_exiting = True
                self._terminal.put_back()
                os._exit(signal_code(number))
            self._interrupted_at = time.monotonic()
        self._take(number)

    def _completes_pair(self, number: int) -> bool:
        """Return whether this interrupt is one that was counted a moment ago, on its other way to this process."""
        is_recent = time.monotonic() - self._interrupted_at < _PAIR_SECONDS
        is_second = is_recent and self._unpaired not in (None, number)
        self._unpaired = None if is_second else number
        return is_second
