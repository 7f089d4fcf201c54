"""Textual's driver, for terminals that are lost, left for a while, or send what is no text."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class LastingFile:
    """A file whose writes never fail: the writer's thread would die of that, and the screen wait for it for ever."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, or do not."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, or do not."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """Its descriptor."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Draws on stderr and reads stdin."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert sys.__stderr__ is not None
        self._file: Any = LastingFile(sys.__stderr__)

    @property
    def is_gone(self) -> bool:
        """Whether the terminal was lost, as with a dropped ssh line; not every loss comes with a signal."""
        return self.input_tty and not os.isatty(self.fileno)

    @property
    def is_active(self) -> bool:
        """Whether the terminal is in the application's modes."""
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def stop_application_mode(self) -> None:
        """Restore the terminal, with the one mode that Textual switches on and never off: mouse positions in pixels."""
        self.write("\x1b[?1016l")
        super().stop_application_mode()

    def _run_input_thread(self) -> None:
        """Read until the end. Input that cannot be understood is dropped: no stray byte is worth a run."""
        while not self.exit_event.is_set():
            with suppress(Exception):
                self.run_input_thread()
            if self.is_gone:
                return
