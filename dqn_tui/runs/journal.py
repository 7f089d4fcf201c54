"""`events.jsonl`, the truth of a run: one JSON object a line, appended only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.runs.line_file import LineFile

# More than any event takes, so that the last one lies in it whole.
_TAIL_BYTES = 65_536


class Journal(LineFile):
    """Appends events."""

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            OSError: the disk would not take it.
        """
        self.append(json.dumps(events.to_dict(event), allow_nan=False, separators=(",", ":")))


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
