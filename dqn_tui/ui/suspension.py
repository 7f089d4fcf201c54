"""ctrl+z, `kill -STOP` and what comes after: the terminal is lent to others, and taken again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from dqn_tui.ui.driver import TerminalDriver


class Suspension:
    """Handles SIGTSTP and SIGCONT on the event loop, in place of Textual's own handlers.

    Those start the application a second time after a stop from outside, and then leave the terminal raw at the end.

    Args:
        driver: the application's.
        on_return: called when the terminal is the application's again and shows nothing of it yet.
    """

    def __init__(self, driver: TerminalDriver, on_return: Callable[[], None]) -> None:
        self._driver = driver
        self._on_return = on_return

    def install(self) -> None:
        """From now on."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        loop.add_signal_handler(signal.SIGCONT, self._come_back)

    def remove(self) -> None:
        """Let the signals do what they do to any program."""
        for number in (signal.SIGTSTP, signal.SIGCONT):
            asyncio.get_running_loop().remove_signal_handler(number)

    def _suspend(self) -> None:
        """Give the terminal back and stop here until SIGCONT.

        The signal's default action decides: where no shell is there to go on with the program, the kernel does not
        stop it, and it comes straight back.
        """
        self._driver.suspend_application_mode()
        self.remove()
        os.kill(os.getpid(), signal.SIGTSTP)
        self.install()
        self._come_back()

    def _come_back(self) -> None:
        """Take the terminal, whatever others did to it; a stop from outside left no time to give it back."""
        if self._driver.is_gone:
            return
        if self._driver.is_active:
            self._driver.suspend_application_mode()
        self._driver.resume_application_mode()
        # In the background the terminal is not to be had, and the next SIGCONT tries again.
        if self._driver.is_active:
            self._on_return()
