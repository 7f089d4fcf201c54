"""The signals that end a program, caught from its first picture to its last line."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from dqn_tui.commands.terminal import Terminal

FAILED_CODE = 1
SECOND_SIGNAL_SECONDS = 2.0
_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signal_code(number: int) -> int:
    """The exit code of a program that a signal ended: a shell's 128 + number."""
    return 128 + number


class SignalTraps:
    """Catches SIGINT, SIGTERM and SIGHUP while it is entered; a second SIGINT within two seconds ends at once.

    The handlers are Python's own, not an event loop's: they run even where a screen is stuck in the middle of a write,
    and they stay while one viewer follows the other, so that a signal which comes twice finds no gap. A SIGHUP that was
    ignored from the start, as by `nohup`, stays so.

    Args:
        take: called with each signal on the main thread, in the middle of anything; so it must not wait for a lock.
        terminal: put back before the end at once.
    """

    def __init__(self, take: Callable[[int], None], terminal: Terminal) -> None:
        self._take = take
        self._terminal = terminal
        self._interrupted_at = -SECOND_SIGNAL_SECONDS
        self._is_ending = False
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
        if self._is_ending:
            # A third one, in the middle of the end: it would only cut it short.
            return
        if number == signal.SIGINT:
            if time.monotonic() - self._interrupted_at < SECOND_SIGNAL_SECONDS:
                self._is_ending = True
                self._terminal.put_back()
                os._exit(signal_code(number))
            self._interrupted_at = time.monotonic()
        self._take(number)
