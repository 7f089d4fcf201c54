"""Follows a journal that another process may be writing, cutting, or replacing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dqn_tui.events import Event
from dqn_tui.runs.journal import LONGEST_LINE, parse_lines
from dqn_tui.runs.safe_open import open_file

_MARK_BYTES = 64


class JournalTail:
    """Yields each event once, in pieces of bounded size.

    A journal that was cut, as by a resume, or replaced is read from its start once more; its first event, `RunStarted`,
    then begins everything anew.

    Attributes:
        is_at_end: whether the last `read` came to the end of the journal.
    """

    def __init__(self, path: Path) -> None:
        self.is_at_end = False
        self._path = path
        self._descriptor: int | None = None
        self._offset = 0
        # The last bytes before the offset: they differ once the journal was cut and written on.
        self._mark = b""

    def skip(self) -> None:
        """Pass over all that is in the journal now.

        Raises:
            OSError: as `read`.
        """
        descriptor = self._open()
        self._offset = os.fstat(descriptor).st_size
        self._mark = os.pread(descriptor, _MARK_BYTES, max(0, self._offset - _MARK_BYTES))

    def read(self) -> list[Event]:
        """Return the next events, oldest first; none where there is nothing new.

        Raises:
            OSError: the journal cannot be read, is gone, or is not a regular file.
        """
        descriptor = self._open()
        data = os.pread(descriptor, LONGEST_LINE, self._offset)
        self.is_at_end = len(data) < LONGEST_LINE
        length = data.rfind(b"\n") + 1
        if not length and not self.is_at_end:
            # A line that is no event; its rest is dropped as a damaged line.
            length = len(data)
        if length:
            self._offset += length
            self._mark = (self._mark + data[max(0, length - _MARK_BYTES) : length])[-_MARK_BYTES:]
        return list(parse_lines(data[:length].splitlines(keepends=True)))

    def close(self) -> None:
        """Close the journal; `read` would open it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        """Return the descriptor of the journal, opened anew and from its start where it is no longer the same."""
        if self._descriptor is None or not self._is_same(self._descriptor):
            self.close()
            self._offset, self._mark, self.is_at_end = 0, b"", False
            self._descriptor = open_file(self._path, os.O_RDONLY)
        return self._descriptor

    def _is_same(self, descriptor: int) -> bool:
        start = self._offset - len(self._mark)
        with suppress(FileNotFoundError):
            is_there = os.path.samestat(os.lstat(self._path), os.fstat(descriptor))
            return is_there and os.pread(descriptor, len(self._mark), start) == self._mark
        return False
