"""The terminal that a command was started on: what it was before, and what can still be said there."""

from __future__ import annotations

import os
import select
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from dqn_tui.view.text import plain

STDOUT, STDERR = 1, 2
# All that Textual's drivers switch on, the keyboard protocol before the alternate screen that it belongs to.
_SCREEN_OFF = (
    "\x1b[?2026l\x1b[?2004l\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l"
    "\x1b[?7h\x1b[<u\x1b[?1049l"
)
# A terminal that is only busy takes a frame in far less.
BUSY_SECONDS = 0.5
_CURSOR_ON = "\x1b[0m\x1b[?25h"


class Terminal:
    """Standard streams as they were at the start.

    Attributes:
        has_screen: an application draws on it, with modes of its own.
    """

    def __init__(self) -> None:
        self._descriptors = [number for number in (2, 1, 0) if os.isatty(number)]
        self._attributes = termios.tcgetattr(self._descriptors[0]) if self._descriptors else None
        self.has_screen = False

    @contextmanager
    def lent_to_screen(self) -> Iterator[None]:
        """While an application has it."""
        self.has_screen = True
        try:
            yield
        finally:
            self.has_screen = False

    def detach(self) -> None:
        """Standard streams that were on the terminal lead nowhere from here on: writing to a lost one is an error."""
        silence(*self._descriptors)

    def put_back(self) -> None:
        """Make it what it was, for a program that ends at once; from here on nothing can be drawn any more.

        A terminal that takes nothing for a while is left as it is: waiting for it could last for ever.
        """
        if not self._descriptors:
            return
        terminal = os.dup(self._descriptors[0])
        self.detach()
        text = _SCREEN_OFF + _CURSOR_ON if self.has_screen else _CURSOR_ON + "\r\n"
        with suppress(OSError, termios.error):
            if select.select([], [terminal], [], BUSY_SECONDS)[1]:
                os.write(terminal, text.encode())
            if self.has_screen and self._attributes and not _is_in_background(terminal):
                termios.tcsetattr(terminal, termios.TCSANOW, self._attributes)


def _is_in_background(terminal: int) -> bool:
    """Whether another program has the terminal by now: then its modes are not ours to change."""
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:
        return False


@contextmanager
def reserved_output() -> Iterator[TextIO]:
    """Standard output for the caller alone: what anyone else prints meanwhile goes to standard error.

    An environment may print, and so may the libraries that it is made of.
    """
    sys.stdout.flush()
    stream = os.fdopen(os.dup(STDOUT), "w", encoding="utf-8")
    with suppress(OSError):
        os.dup2(STDERR, STDOUT)
    try:
        yield stream
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            os.dup2(stream.fileno(), STDOUT)
            stream.close()


def silence(*descriptors: int) -> None:
    """Let them lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in descriptors:
        os.dup2(nowhere, number)
    os.close(nowhere)


def say(message: str) -> None:
    """One line on stderr, free of anything that could steer the terminal."""
    # The terminal may be lost: then there is nobody to tell.
    with suppress(OSError):
        sys.stderr.write(f"dqn-tui: {' '.join(plain(message).split())}\n")
        sys.stderr.flush()
