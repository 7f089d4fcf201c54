"""The signals that end a program, while a Textual application runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from functools import partial

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
"""A shell's 128 + number. SIGHUP has a callback of its own: the run may outlive its terminal."""
HANGUP_CODE = 129


class SignalTraps:
    """Handlers on the event loop; outside the main thread there are none, and that is no error."""

    def __init__(self, on_stop: Callable[[int], None], on_hangup: Callable[[], None]) -> None:
        self._on_stop = on_stop
        self._on_hangup = on_hangup
        self._caught: list[signal.Signals] = []

    def install(self) -> None:
        """Call `on_stop` with the exit code for SIGINT and SIGTERM, `on_hangup` for SIGHUP."""
        for number, code in EXIT_CODES.items():
            self._catch(number, partial(self._on_stop, code))
        if hasattr(signal, "SIGHUP"):
            self._catch(signal.SIGHUP, self._on_hangup)

    def remove(self) -> None:
        """What stood before stands again."""
        loop = asyncio.get_running_loop()
        for number in self._caught:
            loop.remove_signal_handler(number)
        self._caught.clear()

    def _catch(self, number: signal.Signals, callback: Callable[[], None]) -> None:
        try:
            asyncio.get_running_loop().add_signal_handler(number, callback)
        except (NotImplementedError, RuntimeError, ValueError):
            return
        self._caught.append(number)
