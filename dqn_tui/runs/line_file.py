"""A file of lines that is only ever appended to."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dqn_tui.runs.durable import write_all, write_file


class LineFile:
    """Appends lines; one that the disk did not take whole is taken back, so that a crash tears the last one at most.

    Attributes:
        path: where it is.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_torn = self._is_doubtful = False
        self._open()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return self._length == 0

    def append(self, text: str) -> None:
        """Append one line, or several with their ends between them, at once.

        Raises:
            OSError: the disk would not take it.
        """
        start = self._length
        content = f"\n{text}\n" if self._is_torn else f"{text}\n"
        try:
            write_all(self._descriptor, [content.encode()])
        except OSError:
            self._is_torn = True
            with suppress(OSError):
                os.ftruncate(self._descriptor, start)
                self._is_torn = content.startswith("\n")
            raise
        self._is_torn = False

    def sync(self) -> int:
        """Bring all that was written to the disk; returns the file's length.

        Raises:
            OSError: the disk would not take it.
        """
        if self._is_doubtful:
            self._write_anew()
        self._is_doubtful = True
        os.fsync(self._descriptor)
        self._is_doubtful = False
        return self._length

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    @property
    def _length(self) -> int:
        return os.fstat(self._descriptor).st_size

    def _open(self) -> None:
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._is_torn = not self.is_empty and os.pread(self._descriptor, 1, self._length - 1) != b"\n"

    def _write_anew(self) -> None:
        """After a sync that failed, the system may have dropped what it could not write, and call the next one good."""
        stale = self._descriptor
        write_file(self.path, self.path.read_bytes())
        self._open()
        os.close(stale)
