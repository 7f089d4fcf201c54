"""Captures what others write to standard output and error: the environment, its libraries, warnings, logging.

Descriptors 1 and 2 lead straight into a file. So the words of a process that crashes are in it, and a library that
prints a lot while it holds the interpreter lock never waits for a reader. A thread passes new lines on.
"""

from __future__ import annotations

import faulthandler
import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from dqn_tui.commands.streams import STDERR, STDOUT, flush, own_errors, reserved_streams, silence
from dqn_tui.view.text import plain

POLL_SECONDS = 0.1
LARGEST_BYTES = 10 * 1024**2
"""Size of the file at which the output is dropped; looked at every `POLL_SECONDS`."""
_CHUNK_BYTES = 65_536
_MOST_SHOWN_LINES = 20


class ForeignOutput:
    """A context manager that captures descriptors 1 and 2, `sys.stdout` and `sys.stderr`.

    The output is kept in an anonymous file until `keep_in`, and lines are held back until `pass_on_to`. Where there is
    no room even for an anonymous file, all of it goes to standard error.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lock = threading.RLock()
        self._is_over = threading.Event()
        self._file: int | None = None
        self._offset = 0
        self._begun = b""
        self._sink: Callable[[str], None] | None = None

    def __enter__(self) -> ForeignOutput:
        self._stack.enter_context(reserved_streams())
        try:
            with tempfile.TemporaryFile(buffering=0) as file:
                self._redirect_to(os.dup(file.fileno()))
        except OSError:
            os.dup2(STDERR, STDOUT)
            return self
        sys.stdout, sys.stderr = _open_tolerant(STDOUT), _open_tolerant(STDERR)
        thread = threading.Thread(target=self._follow, name="output", daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(self._is_over.set)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pass_on(has_ended=True)
        self._stack.close()
        if self._file is not None:
            os.close(self._file)

    def keep_in(self, path: Path) -> None:
        """Append the output to the file at `path` from here on, and what was captured before.

        If the interpreter crashes, the tracebacks of its threads are written there, too. A file that cannot be opened,
        or is a link, is left alone: then the output stays in the anonymous file.
        """
        from dqn_tui.runs.safe_open import open_file

        with self._lock, suppress(OSError):
            if self._file is None:
                return
            written = os.pread(self._file, LARGEST_BYTES, 0)
            file = open_file(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            self._offset += os.fstat(file).st_size
            self._redirect_to(file)
            os.write(file, written)
            if not faulthandler.is_enabled():
                faulthandler.enable(STDERR)
                self._stack.callback(faulthandler.disable)

    def pass_on_to(self, sink: Callable[[str], None]) -> None:
        """Call `sink` with new whole lines from here on, from any thread; first with those that were held back."""
        self._sink = sink

    def pass_on(self, *, has_ended: bool = False) -> None:
        """Pass on what is there now; the last line only if it is whole, or no more can follow."""
        flush(sys.stdout, sys.stderr)
        with self._lock:
            self._read()
            if has_ended and self._begun and self._sink:
                self._sink(_decode(self._begun))
                self._begun = b""

    def read_end(self) -> list[str]:
        """Return the last lines, cleaned."""
        with self._lock:
            if self._file is None:
                return []
            size = os.fstat(self._file).st_size
            end = os.pread(self._file, _CHUNK_BYTES, max(0, size - _CHUNK_BYTES))
        return [plain(line) for line in _decode(end).splitlines() if line.strip()][-_MOST_SHOWN_LINES:]

    def _redirect_to(self, file: int) -> None:
        previous, self._file = self._file, file
        for number in (STDOUT, STDERR):
            os.dup2(file, number)
        if previous is not None:
            os.close(previous)

    def _follow(self) -> None:
        while not self._is_over.wait(POLL_SECONDS):
            with self._lock:
                self._read()
                self._limit_size()

    def _read(self) -> None:
        if self._file is None or self._sink is None:
            return
        while data := os.pread(self._file, _CHUNK_BYTES, self._offset):
            self._offset += len(data)
            lines, end, self._begun = (self._begun + data).rpartition(b"\n")
            if end:
                self._sink(_decode(lines))

    def _limit_size(self) -> None:
        if self._file is None or os.fstat(self._file).st_size < LARGEST_BYTES:
            return
        silence(STDOUT, STDERR)
        notice = f"output.log is full ({LARGEST_BYTES // 1024**2} MB): further output is dropped"
        with suppress(OSError):
            os.write(self._file, f"--- {notice}\n".encode())
        os.close(self._file)
        self._file = None
        if self._sink is not None:
            self._sink(notice)


def show_on_errors(text: str) -> None:
    """Write lines to standard error, without anything that could steer a terminal."""
    with suppress(OSError):
        own_errors().write("".join(f"{plain(line)}\n" for line in text.splitlines()))
        own_errors().flush()


class _TolerantFile(io.FileIO):
    """Writes that the disk does not take are dropped: printing must not fail."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def _open_tolerant(descriptor: int) -> TextIO:
    raw = _TolerantFile(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _decode(data: bytes) -> str:
    return data.decode(errors="replace")
