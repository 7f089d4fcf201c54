"""Suspension by ctrl+z or `kill -STOP`: hands the terminal back and takes it again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from dqn_tui.ui.app.driver import TerminalDriver


class Suspension:
    """Handlers of SIGTSTP and SIGCONT on the event loop, in place of Textual's own.

    Textual's start application mode a second time after a SIGSTOP, and then leave the terminal raw at the end.

    Args:
        driver: driver of the application.
        on_return: called once the terminal is back in application mode and still blank.
    """

    def __init__(self, driver: TerminalDriver, on_return: Callable[[], None]) -> None:
        self._driver = driver
        self._on_return = on_return

    def install(self) -> None:
        """Start handling the two signals; called on the event loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        loop.add_signal_handler(signal.SIGCONT, self._return)

    def remove(self) -> None:
        """Restore the default actions of the two signals."""
        for number in (signal.SIGTSTP, signal.SIGCONT):
            asyncio.get_running_loop().remove_signal_handler(number)

    def _suspend(self) -> None:
        """Hand the terminal back and stop until SIGCONT.

        The signal's default action decides whether the process stops: without a shell that could resume it, in an
        orphaned process group, the kernel does not stop it, and this method returns at once.
        """
        self._driver.suspend_application_mode()
        self.remove()
        os.kill(os.getpid(), signal.SIGTSTP)
        self.install()
        self._return()

    def _return(self) -> None:
        """Put the terminal into application mode, whatever state it is in; SIGSTOP left no time to hand it back."""
        if self._driver.is_gone:
            return
        if self._driver.is_active:
            self._driver.suspend_application_mode()
        self._driver.resume_application_mode()
        # A background process cannot take the terminal; the next SIGCONT tries again.
        if self._driver.is_active:
            self._on_return()
