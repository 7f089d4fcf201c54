"""The one Textual application. It owns the terminal and is given the first screen to show."""

from __future__ import annotations

import asyncio
import contextvars
import enum
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Protocol

from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.message import Message
from textual.screen import Screen
from textual.signal import Signal
from textual.theme import Theme

from dqn_tui.preferences import PreferenceFile
from dqn_tui.rollout import EpisodeExport
from dqn_tui.ui.app.browser_driver import BrowserDriver
from dqn_tui.ui.app.driver import TerminalDriver
from dqn_tui.ui.app.shown_pictures import ShownPictures
from dqn_tui.ui.app.suspension import Suspension
from dqn_tui.ui.app.terminal_picture import LeanUpdate, TerminalPicture
from dqn_tui.view.text import base_name, plain

HANGUP_CODE = 128 + signal.SIGHUP
_TERMINAL_CHECK_SECONDS = 1.0
_SAFE_THEME = "textual-dark"
# Read by Textual; stronger than what is remembered.
_THEME_VARIABLE = "TEXTUAL_THEME"


class Departure(enum.Enum):
    """How the user left."""

    LEFT = enum.auto()
    DETACHED = enum.auto()
    """Training is to continue in the background."""
    ABANDONED = enum.auto()
    """Without waiting for a run that does not stop."""


class SignalReceived(Message, bubble=False):
    """SIGINT or SIGTERM was received; sent to the first screen, which decides how to leave."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class StartExport(Protocol):
    """Starts to write an episode to a file."""

    def __call__(self, played: Any, out: Path, *, has_bars: bool) -> EpisodeExport:
        """Return the export, which has a thread of its own.

        Args:
            played: `Rollout.script`.
            out: a new file that ends in .gif or .mp4.
            has_bars: whether the Q-values are drawn beside the pictures.

        Raises:
            DqnTuiError: it cannot be written.
        """


class DqnTuiApp(App[int], inherit_bindings=False):
    """Draws screens on the terminal until one of them leaves. It prints nothing; the caller reports how it ended.

    Args:
        first_screen: screen that is shown first and handles signals.
        memory: where the user's preferences are kept; None keeps them until the end of the program.
        start_export: writes an episode to a file, given what a rollout plays; None where nothing is exported.

    Attributes:
        memory: the preferences; screens read them, and change them as the user does.
        error: exception of a widget or a message handler that ended the application; None if there was none.
        pictures: what panels show in the terminal's own graphics.
        graphics_found_signal: published when the terminal has said what graphics it has, or how large its cells are.
        has_focus: whether the user works in this terminal; None until the terminal has said so.
        was_hung_up: whether the terminal is gone.
        departure: how the user left.
    """

    TITLE = "dqn-tui"
    AUTO_FOCUS = None
    CSS = """
    ToastRack { margin-bottom: 1; scrollbar-size: 0 0; }
    Toast { width: auto; max-width: 100%; margin: 0; padding: 0 1; }
    App.ascii Toast { border-left: ascii $success; }
    App.ascii CommandPalette SearchIcon { display: none; }
    App.ascii CommandPalette #--input, App.ascii CommandPalette CommandList { border: none; }
    App.ascii CommandPalette CommandList { scrollbar-size: 0 0; }
    App.ascii CommandPalette LoadingIndicator { display: none; }
    """

    def __init__(
        self,
        first_screen: Screen[Any],
        memory: PreferenceFile | None = None,
        *,
        start_export: StartExport | None = None,
    ) -> None:
        super().__init__()
        self.start_export = start_export
        self.animation_level = "none"
        self.memory = memory or PreferenceFile()
        theme = self.memory.preferences.theme
        if theme in self.available_themes and _THEME_VARIABLE not in os.environ:
            self.theme = theme
        if self.no_color and self.theme.startswith("ansi"):
            self.theme = _SAFE_THEME
        # Prints of an environment are not Textual's to swallow: the caller captures them.
        self._capture_stdout: Any = sys.stdout
        self._capture_stderr: Any = sys.stderr
        self.error: Exception | None = None
        self.has_focus: bool | None = None
        self.was_hung_up = False
        self.departure = Departure.LEFT
        self._first_screen = first_screen
        self._picture = TerminalPicture()
        self.graphics_found_signal: Signal[None] = Signal(self, "graphics-found")
        self.pictures = ShownPictures(
            self.write_codes, self._is_terminal_behind, self._picture.is_blank, self._redraw, self.set_timer
        )
        self._has_been_told_to_exit = False
        self._signals: deque[int] = deque()
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._suspension: Suspension | None = None

    def get_default_screen(self) -> Screen[Any]:
        """Return the first screen."""
        return self._first_screen

    def on_mount(self) -> None:
        """Install the handlers of terminal and signals, and handle signals received before the event loop ran."""
        self._event_loop = asyncio.get_running_loop()
        self._callback_context = contextvars.copy_context()
        self._last_theme = self.theme
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        if isinstance(self._driver, TerminalDriver):
            self._suspension = Suspension(self._driver, self._redraw)
            self._suspension.install()
            self._driver.erase_pictures = self.pictures.erase
            self._driver.on_answer = lambda: self.call_from_anywhere(self._take_graphics)
            self._take_graphics()
            self.set_interval(_TERMINAL_CHECK_SECONDS, self._check_terminal)
        self._handle_signals()

    def on_unmount(self) -> None:
        """Remove the signal handlers together with the screen."""
        if self._suspension:
            self._suspension.remove()

    def call_from_anywhere(self, callback: Callable[[], None]) -> None:
        """Run the callback on the event loop soon; safe in any thread and any signal handler.

        Does nothing before the first screen is mounted and after the last one is gone.
        """
        if self._event_loop is not None:
            # Raised by a closed loop, after the screen is gone.
            with suppress(RuntimeError):
                self._event_loop.call_soon_threadsafe(self._call_guarded, callback, context=self._callback_context)

    def _call_guarded(self, callback: Callable[[], None]) -> None:
        """Run the callback; the event loop by itself would only log its errors."""
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - ends the screen like an error in any message handler
            self._handle_exception(error)

    # --- signals ---

    def take_signal(self, number: int) -> None:
        """Handle a signal on the event loop soon; called on the main thread between any two instructions."""
        self._signals.append(number)
        self.call_from_anywhere(self._handle_signals)

    def _handle_signals(self) -> None:
        while self._signals:
            number = self._signals.popleft()
            if number == signal.SIGHUP:
                self._hang_up()
            else:
                self._first_screen.post_message(SignalReceived(number))

    def _hang_up(self) -> None:
        """Leave because the terminal is gone; the run itself continues."""
        self.was_hung_up = True
        self.leave(HANGUP_CODE)

    # --- the terminal ---

    def get_driver_class(self) -> type[Driver]:
        """Return Textual's choice of driver, or our own in place of those for Unix terminals and for browsers."""
        chosen = super().get_driver_class()
        return {LinuxDriver: TerminalDriver, WebDriver: BrowserDriver}.get(chosen, chosen)

    @property
    def _is_terminal_gone(self) -> bool:
        return isinstance(self._driver, TerminalDriver) and self._driver.is_gone

    def _check_terminal(self) -> None:
        if self._is_terminal_gone and not self.was_hung_up:
            self._hang_up()

    def _take_graphics(self) -> None:
        """Take over what the terminal has answered so far."""
        if isinstance(self._driver, TerminalDriver):
            self.pictures.graphics = self._driver.graphics
            self.graphics_found_signal.publish(None)

    def on_resize(self) -> None:
        """Ask how large the cells are now."""
        if isinstance(self._driver, TerminalDriver):
            self._take_graphics()
            self._driver.ask_cell_size()

    def _is_terminal_behind(self) -> bool:
        return isinstance(self._driver, TerminalDriver) and self._driver.is_behind

    def _redraw(self) -> None:
        self._picture.forget()
        self.refresh(layout=True)

    def on_app_focus(self) -> None:
        """Note that the user has come back to this terminal."""
        self.has_focus = True

    def on_app_blur(self) -> None:
        """Note that the user works elsewhere."""
        self.has_focus = False

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write only the cells that differ from those on the terminal; pictures over them where all were written."""
        is_layout = isinstance(renderable, LayoutUpdate)
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = LeanUpdate(self._picture, renderable)
        super()._display(screen, renderable)
        if is_layout:
            self.pictures.note_redrawing()
        self.pictures.update()

    # --- services to the screens ---

    def show_window_title(self, text: str) -> None:
        """Name the terminal's window until the application leaves or is suspended."""
        if isinstance(self._driver, TerminalDriver) and self._driver.is_active:
            self._driver.window_title.show(text)

    def write_codes(self, codes: str) -> None:
        """Send the terminal codes that draw nothing, such as its bell."""
        if isinstance(self._driver, TerminalDriver) and self._driver.is_active:
            self._driver.write(codes)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = 4,
        markup: bool = False,  # noqa: ARG002
    ) -> None:
        """Show a toast in one row above the key bar, never as markup.

        There it hides a lower edge or the end of a log line, but neither an axis nor a key.
        """
        text = f"{title}: {message}" if title else message
        super().notify(text, severity=severity, timeout=timeout, markup=False)

    def on_notify(self) -> None:
        """Let a toast take the place of the previous one, since a pile of them would cover the charts."""
        self.clear_notifications()

    def copy_path(self, path: str) -> None:
        """Copy a path to the clipboard, as an absolute one; the terminal decides whether it takes it (OSC 52)."""
        self.copy_to_clipboard(os.path.abspath(path))
        self.notify(plain(base_name(path)), title="Path copied", timeout=2.5)

    def action_next_theme(self) -> None:
        """Switch to the next theme; those with the terminal's own colours are only in the palette."""
        names = [name for name in self.available_themes if not name.startswith("ansi")]
        position = names.index(self.theme) + 1 if self.theme in names else 0
        self.theme = names[position % len(names)]
        self.notify(self.theme, title="Theme", timeout=2)

    def _remember_theme(self, theme: Theme) -> None:
        """Remember a theme that the user chose; Textual also signals the first one."""
        if theme.name != self._last_theme:
            self._last_theme = theme.name
            self.memory.remember(theme=theme.name)

    def action_command_palette(self) -> None:
        """Open Textual's palette with a prompt in ASCII."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Search for commands", id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Yield the palette's commands that belong to every screen."""
        yield SystemCommand("Choose theme", "all colour themes", self.action_change_theme)

    # --- the end ---

    def leave(self, code: int, *, departure: Departure = Departure.LEFT) -> None:
        """Close all screens; `code` is the exit code of the program."""
        self.departure = departure
        self.exit(code, return_code=code)

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave as Textual does, and remember that the end was intended."""
        self._has_been_told_to_exit = True
        super().exit(result, return_code, message)

    @property
    def was_lost(self) -> bool:
        """Whether the screen ended unasked."""
        return self.was_hung_up or not self._has_been_told_to_exit

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error, unless a lost terminal caused it. Textual passes every error it catches to this method."""
        if self._is_terminal_gone:
            self.was_hung_up = True
        elif self.error is None:
            self.error = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close the screen; Textual's own method would print a traceback with all local variables."""
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002
        """Close the screen without printing."""
        self._close_messages_no_wait()
