"""`events.jsonl`, the source of truth of a run: one JSON object per line, append-only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from io import BufferedReader
from pathlib import Path

from dqn_tui.event_json import from_json, to_json
from dqn_tui.events import EpisodeEnded, Event
from dqn_tui.runs.line_file import LineFile
from dqn_tui.runs.safe_open import open_file

# Longer than any event, so that a file without line ends cannot fill the memory.
LONGEST_LINE = 1_000_000
# Longer than the last events of any run; `run_started`, the longest event, is the first.
_TAIL_BYTES = 65_536


class Journal(LineFile):
    """Appends events."""

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            OSError: The disk refused it.
        """
        self.append(to_json(event).decode("ascii"))


def read_journal(path: Path) -> Iterator[Event]:
    """Yield the events of a journal, oldest first, without torn or damaged lines and unknown events.

    Raises:
        OSError: The journal cannot be read, or is not a regular file.
    """
    with _open(path) as file:
        yield from parse_lines(_lines(file))


def read_last_event(path: Path) -> Event | None:
    """Return the last complete event, reading only the end of the journal.

    Raises:
        OSError: The journal cannot be read, or is not a regular file.
    """
    with _open(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.read(_TAIL_BYTES).splitlines(keepends=True)
    return next(parse_lines(reversed(lines)), None)


def find_episode_end(path: Path, number: int) -> EpisodeEnded | None:
    """Return the end of the training episode of that number; None where the journal has none.

    Raises:
        OSError: The journal cannot be read, or is not a regular file.
    """
    with _open(path) as file:
        found = _next_end(file, _find_before(file, number), number)
        if found is not None and found.episode == number:
            return found
        # There is none, or the journal is damaged and not in order.
        return next((end for end in _ends(file, 0) if end.episode == number), None)


def _find_before(file: BufferedReader, number: int) -> int:
    """Return a place, in bytes, a little before the end of an episode, in a journal where their numbers rise."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > _TAIL_BYTES:
        middle = (low + high) // 2
        end = _next_end(file, middle)
        low, high = (low, middle) if end is None or end.episode >= number else (middle, high)
    return low


def _next_end(file: BufferedReader, place: int, least: int = 0) -> EpisodeEnded | None:
    """Return the first end of an episode after a place whose number is `least` or higher."""
    return next((end for end in _ends(file, place) if end.episode >= least), None)


def _ends(file: BufferedReader, place: int) -> Iterator[EpisodeEnded]:
    file.seek(place)
    if place:
        file.readline(LONGEST_LINE)
    return (event for event in parse_lines(_lines(file)) if isinstance(event, EpisodeEnded))


def parse_lines(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of lines with their ends, without torn or damaged ones and unknown events."""
    return filter(None, map(_parse, lines))


def _open(path: Path) -> BufferedReader:
    return os.fdopen(open_file(path, os.O_RDONLY), "rb")


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """Yield the lines of a file; one that is too long comes in pieces."""
    return iter(partial(file.readline, LONGEST_LINE), b"")


def _parse(line: bytes) -> Event | None:
    """Return the event of a complete line; None if it is not one."""
    if not line.endswith(b"\n"):
        return None
    try:
        return from_json(line)
    except ValueError:
        return None
