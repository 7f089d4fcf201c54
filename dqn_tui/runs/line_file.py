"""An append-only file of lines."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dqn_tui.runs.appended_file import AppendedFile
from dqn_tui.runs.durable import write_all


class LineFile(AppendedFile):
    """Appends lines; a line that was written in part is cut off again, so that a crash tears at most the last one.

    Raises:
        OSError: The file cannot be opened, or is not a regular file.
    """

    def __init__(self, path: Path) -> None:
        self._is_torn = False
        super().__init__(path)

    def append(self, text: str) -> None:
        """Append one line, or several joined by line ends, in one write.

        Raises:
            OSError: The disk refused it.
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

    def _open(self) -> int:
        descriptor = super()._open()
        size = os.fstat(descriptor).st_size
        self._is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        return descriptor
