"""A file that only grows at its end, and that knows whether it is still where it was opened."""

from __future__ import annotations

import os
from pathlib import Path

from dqn_tui.runs.durable import write_file
from dqn_tui.runs.safe_open import open_file


class AppendedFile:
    """An open file, created if it is missing, that is written at its end only.

    Attributes:
        path: The file's path.

    Raises:
        OSError: The file cannot be opened, or is not a regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_doubtful = False
        self._descriptor = self._open()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        return self._length == 0

    @property
    def is_lost(self) -> bool:
        """Whether the open file is no longer the one at `path`: it was deleted, moved or replaced."""
        try:
            found = os.lstat(self.path)
        except OSError:
            return True
        return not os.path.samestat(found, os.fstat(self._descriptor))

    def sync(self) -> int:
        """Flush everything to the disk; return the file's length in bytes.

        Raises:
            OSError: The disk refused it.
        """
        if self._is_doubtful:
            self._rewrite()
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

    def _open(self) -> int:
        return open_file(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def _rewrite(self) -> None:
        """Copy the file: after a failed sync, the system may drop unwritten data and report the next sync as good."""
        stale = self._descriptor
        write_file(self.path, os.pread(stale, self._length, 0))
        self._descriptor = self._open()
        os.close(stale)
