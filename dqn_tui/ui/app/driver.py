"""Textual's driver for Unix, hardened against lost terminals, suspension, and input that is not text."""

from __future__ import annotations

import os
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from dqn_tui.ui.app.cell_size import measure_cell
from dqn_tui.view.marker import named_marker
from dqn_tui.view.terminal_graphics import CELL_QUERY, QUERY, Answers, Graphics, may_query
from dqn_tui.view.window_title import WindowTitle

_POLL_SECONDS = 0.1
_LARGEST_READ = 4096


class LastingFile:
    """A file whose writes never fail.

    An error would end Textual's writer thread, and the screen would wait for it forever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write the text; errors are ignored."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush; errors are ignored."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Draws on stderr and reads stdin.

    Attributes:
        window_title: the title of the terminal's window, the program's own as long as application mode lasts.
        on_answer: called on the input thread whenever the terminal has answered what graphics it has.
        erase_pictures: returns the codes that remove all pictures, before the terminal is handed back.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert sys.__stderr__ is not None
        self._file: Any = LastingFile(sys.__stderr__)
        self.window_title = WindowTitle(self.write)
        self.on_answer: Callable[[], None] = lambda: None
        self.erase_pictures: Callable[[], str] = str
        self._answers = Answers()
        self._should_ask = named_marker() is None and may_query(os.environ)
        self._found: Graphics | None = None

    @property
    def graphics(self) -> Graphics | None:
        """The terminal's own graphics, where it has some, and the user has not chosen characters instead."""
        return self._found and self._answers.find(measure_cell(self.fileno))

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken yet what was written before."""
        return self._writer_thread is None or not self._writer_thread._queue.empty()

    def ask_cell_size(self) -> None:
        """Ask for the size of a cell again: the user may have changed that of the font."""
        if self._found is not None:
            self.write(CELL_QUERY)

    @property
    def is_gone(self) -> bool:
        """Whether the terminal is gone, as after a dropped ssh connection; not every loss comes with a signal."""
        return self.input_tty and not os.isatty(self.fileno)

    @property
    def is_active(self) -> bool:
        """Whether the terminal is in application mode."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def start_application_mode(self) -> None:
        """Take the terminal, and its title with it; a background process gets neither."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.is_active:
            self.window_title.open()
            if self._should_ask:
                # Before anything is drawn, which then covers whatever a terminal prints of it.
                self._should_ask = False
                self.write(QUERY)

    def stop_application_mode(self) -> None:
        """Restore the terminal, including mouse positions in pixels, a mode that Textual enables and never disables."""
        self.write(f"{self.erase_pictures()}\x1b[?1016l")
        self.window_title.close()
        super().stop_application_mode()

    def _run_input_thread(self) -> None:
        """Read until the end; input that cannot be parsed is dropped, since no stray byte may end a run."""
        while not self.exit_event.is_set():
            with suppress(Exception):
                self.run_input_thread()
            if self.is_gone:
                return

    def run_input_thread(self) -> None:
        """Read and dispatch what is typed, as Textual's own method does, without the terminal's answers."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")().decode
        idle_seconds = 0.0
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_POLL_SECONDS):
                    typed, idle_seconds = self._take(decode(os.read(self.fileno, _LARGEST_READ))), 0.0
                else:
                    idle_seconds += _POLL_SECONDS
                    typed = self._answers.give_up(idle_seconds)
                # No text at all is the end of the input to the parser.
                for message in chain(parser.feed(typed) if typed else (), parser.tick()):
                    self.process_message(message)

    def _take(self, text: str) -> str:
        """Return what was typed; note what the terminal answered."""
        typed = self._answers.take(text)
        found = self._answers.find(measure_cell(self.fileno))
        if found != self._found:
            self._found = found
            self.on_answer()
        return typed
