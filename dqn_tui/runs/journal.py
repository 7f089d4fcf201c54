"""`events.jsonl`, the truth of a run: one JSON object a line, appended only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from dqn_tui import events
from dqn_tui.events import Event

# More than any event takes, so that the last one lies in it whole.
_TAIL_BYTES = 65_536


class Journal:
    """Appends events, each with a single write, so that a crash tears the last line at most."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+b", buffering=0)
        self._end_torn_line()

    def _end_torn_line(self) -> None:
        """What a crash left of a line must not swallow the next one."""
        if self._file.seek(0, os.SEEK_END):
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")

    def write(self, event: Event) -> None:
        """Append one event."""
        line = json.dumps(events.to_dict(event), allow_nan=False, separators=(",", ":"))
        self._file.write(line.encode() + b"\n")

    def sync(self) -> int:
        """Bring all that was written to the disk; returns the file's length."""
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> Iterator[Event]:
    """The events of a journal, oldest first; lines that are torn or damaged, and unknown events, are passed over."""
    with path.open("rb") as file:
        for line in file:
            event = _parse(line)
            if event is not None:
                yield event


def read_last_event(path: Path) -> Event | None:
    """The last whole event, without reading what stands before it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.readlines()
    return next(filter(None, map(_parse, reversed(lines))), None)


def _parse(line: bytes) -> Event | None:
    """The event of a whole line; None where it is not one."""
    if not line.endswith(b"\n"):
        return None
    try:
        data = json.loads(line.decode())
        return events.from_dict(data) if isinstance(data, dict) else None
    except (ValueError, RecursionError):
        return None
