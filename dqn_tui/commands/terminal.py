"""The terminal that a command was started on, and how it is restored."""

from __future__ import annotations

import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dqn_tui.commands.streams import STDERR, STDIN, STDOUT, own_descriptor, silence
from dqn_tui.view.terminal_codes import RESTORE_TITLE, has_title

if TYPE_CHECKING:
    from dqn_tui.view.window_title import WindowTitle

# All modes that Textual's drivers switch on; the keyboard protocol comes before the alternate screen, to which it
# belongs.
_SCREEN_OFF = (
    "\x1b[?2026l\x1b[?2004l\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l"
    "\x1b[?7h\x1b[<u\x1b[?1049l"
)
_COMMON_ROWS = 40
_CURSOR_ON = "\x1b[0m\x1b[?25h"
BUSY_SECONDS = 0.5
"""Time limit for a busy terminal to accept a write; one that is merely slow needs far less."""


def has_terminal() -> bool:
    """Return whether a screen can be shown: keys come from a terminal, and pictures go to one, or to a browser."""
    return is_in_browser() or (os.isatty(STDIN) and os.isatty(own_descriptor(STDERR)))


def is_in_browser() -> bool:
    """Return whether a web server started the program, and passes keys in and pictures out through pipes."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def terminal_rows() -> int:
    """Return the height of the terminal; that of a common one where it does not tell."""
    with suppress(OSError):
        if rows := os.get_terminal_size(own_descriptor(STDERR)).lines:
            return rows
    return _COMMON_ROWS


class Terminal:
    """The standard streams that are terminals, and their modes when the command started.

    Attributes:
        has_screen: whether an application draws on it, in modes of its own.
        title: the title of its window while there is no screen; None where nobody sets it.
    """

    def __init__(self) -> None:
        candidates = (own_descriptor(STDERR), own_descriptor(STDOUT), STDIN)
        self._descriptors = [number for number in candidates if os.isatty(number)]
        self._attributes = termios.tcgetattr(self._descriptors[0]) if self._descriptors else None
        self.has_screen = False
        self.title: WindowTitle | None = None

    @contextmanager
    def lent_to_screen(self) -> Iterator[None]:
        """Mark the terminal as an application's while the block runs."""
        self.has_screen = True
        try:
            yield
        finally:
            self.has_screen = False

    def detach(self) -> None:
        """Make the standard streams that are terminals lead nowhere: writing to a lost terminal is an error."""
        silence(*self._descriptors)

    def put_back(self, message: str = "") -> None:
        """Restore the terminal and write `message`, for a process that exits at once; nothing can be drawn afterwards.

        A terminal that does not accept a write in time is left as it is: waiting for it could take forever.
        """
        if not self._descriptors:
            return
        terminal = os.dup(self._descriptors[0])
        self.detach()
        text = _SCREEN_OFF + _CURSOR_ON if self.has_screen else _CURSOR_ON + "\r\n"
        if self._has_foreign_title:
            text += RESTORE_TITLE
        with suppress(OSError, termios.error):
            if select.select([], [terminal], [], BUSY_SECONDS)[1]:
                os.write(terminal, (text + message).encode())
            if self.has_screen and self._attributes and not _is_in_background(terminal):
                termios.tcsetattr(terminal, termios.TCSANOW, self._attributes)

    @property
    def _has_foreign_title(self) -> bool:
        """Whether the window is named after the run."""
        is_open = self.title is not None and self.title.is_open
        return has_title(os.environ) if self.has_screen else is_open


def _is_in_background(terminal: int) -> bool:
    """Return whether another program has the terminal: its modes must not be changed then."""
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:
        return False
