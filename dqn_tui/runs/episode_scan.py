"""Reading the records of a recording one after the other, as far as they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from dqn_tui.runs.episode_record import FILE_HEAD_BYTES, Record, RecordFormat

_CHUNK_BYTES = 1 << 20


class Position(NamedTuple):
    """A place between two records: the bytes before it, and the number of the last episode there."""

    offset: int = FILE_HEAD_BYTES
    number: int = 0


def read_format(descriptor: int) -> RecordFormat | None:
    """Return the format of an open file; None where it does not begin as a recording of this version.

    Raises:
        OSError: it cannot be read.
    """
    return RecordFormat.from_head(os.pread(descriptor, FILE_HEAD_BYTES, 0))


def scan(descriptor: int, layout: RecordFormat, start: Position) -> Iterator[tuple[Position, Record]]:
    """Yield each whole record from a position on, and the position after it; what cannot be read ends that.

    Raises:
        OSError: the file cannot be read.
    """
    offset, number = start
    data, at = b"", 0
    while True:
        record = layout.decode(data, at, number)
        if record is None:
            more = _read_on(descriptor, offset + len(data), len(data) - at, layout)
            if not more:
                return
            offset, data, at = offset + at, data[at:] + more, 0
        else:
            at, number = record.end, record.number
            yield Position(offset + at, number), record


def _read_on(descriptor: int, offset: int, unread: int, layout: RecordFormat) -> bytes:
    """Return more of the file, unless enough is read for any record."""
    return os.pread(descriptor, _CHUNK_BYTES, offset) if unread < layout.most_record_bytes else b""
