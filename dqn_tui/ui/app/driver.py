"""Textual's driver for Unix, hardened against lost terminals, suspension, and input that is not text."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver

from dqn_tui.view.window_title import WindowTitle


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
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert sys.__stderr__ is not None
        self._file: Any = LastingFile(sys.__stderr__)
        self.window_title = WindowTitle(self.write)

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

    def stop_application_mode(self) -> None:
        """Restore the terminal, including mouse positions in pixels, a mode that Textual enables and never disables."""
        self.write("\x1b[?1016l")
        self.window_title.close()
        super().stop_application_mode()

    def _run_input_thread(self) -> None:
        """Read until the end; input that cannot be parsed is dropped, since no stray byte may end a run."""
        while not self.exit_event.is_set():
            with suppress(Exception):
                self.run_input_thread()
            if self.is_gone:
                return
