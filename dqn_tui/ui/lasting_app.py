"""A Textual application that ends in order: by a signal, with its terminal, and by an error of its own."""

from __future__ import annotations

import asyncio
import contextvars
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from rich.console import RenderableType
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from dqn_tui.ui.driver import TerminalDriver
from dqn_tui.ui.suspension import Suspension

HANGUP_CODE = 128 + signal.SIGHUP
_TERMINAL_CHECK_SECONDS = 1.0


class LastingApp(App[int]):
    """Whoever runs it asks afterwards how it ended; it prints nothing about that itself.

    Attributes:
        error: what a widget or a handler raised, which ended the application.
        was_hung_up: its terminal is gone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.was_hung_up = False
        self._was_told_to_exit = False
        self._signals: deque[int] = deque()
        self._ui_loop: asyncio.AbstractEventLoop | None = None
        self._suspension: Suspension | None = None

    def on_mount(self) -> None:
        """The loop turns: what came before is seen to now."""
        self._ui_loop = asyncio.get_running_loop()
        self._ui_context = contextvars.copy_context()
        if isinstance(self._driver, TerminalDriver):
            self._suspension = Suspension(self._driver, self._draw_anew)
            self._suspension.install()
            self.set_interval(_TERMINAL_CHECK_SECONDS, self._check_terminal)
        self._see_to_signals()

    def on_unmount(self) -> None:
        """The terminal is given back: so are its signals."""
        if self._suspension:
            self._suspension.remove()

    def call_from_anywhere(self, callback: Callable[[], None]) -> None:
        """Call it when the loop turns, from any thread or signal handler; before and after the screen, do not."""
        if self._ui_loop is not None:
            # A closed loop: the screen is gone.
            with suppress(RuntimeError):
                self._ui_loop.call_soon_threadsafe(self._call_guarded, callback, context=self._ui_context)

    def _call_guarded(self, callback: Callable[[], None]) -> None:
        """The loop itself would swallow an error."""
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - ends the screen like any other error
            self._handle_exception(error)

    # --- signals ---

    def take_signal(self, number: int) -> None:
        """See to a signal as soon as the loop turns; called on the main thread, in the middle of anything."""
        self._signals.append(number)
        self.call_from_anywhere(self._see_to_signals)

    def _see_to_signals(self) -> None:
        while self._signals:
            number = self._signals.popleft()
            if number == signal.SIGHUP:
                self.hang_up()
            else:
                self.stop_for_signal(number)

    def stop_for_signal(self, number: int) -> None:
        """SIGINT or SIGTERM came."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """The terminal is gone: only the screen ends."""
        self.was_hung_up = True
        self.exit(HANGUP_CODE, return_code=HANGUP_CODE)

    # --- the terminal ---

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice, made to last where it is a terminal."""
        chosen = super().get_driver_class()
        return TerminalDriver if chosen is LinuxDriver else chosen

    @property
    def _is_terminal_gone(self) -> bool:
        return isinstance(self._driver, TerminalDriver) and self._driver.is_gone

    def _check_terminal(self) -> None:
        if self._is_terminal_gone and not self.was_hung_up:
            self.hang_up()

    def _draw_anew(self) -> None:
        self.refresh(layout=True)

    # --- the end ---

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave the screen."""
        self._was_told_to_exit = True
        super().exit(result, return_code, message)

    @property
    def was_lost(self) -> bool:
        """Whether the screen ended although nobody asked for it."""
        return self.was_hung_up or not self._was_told_to_exit

    def _handle_exception(self, error: Exception) -> None:
        """Every error that Textual catches comes here first; one that a lost terminal causes is not the program's."""
        if self._is_terminal_gone:
            self.was_hung_up = True
        elif self.error is None:
            self.error = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close the screen. Textual's own would print everybody's variables."""
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002
        """Close the screen, and print nothing."""
        self._close_messages_no_wait()
