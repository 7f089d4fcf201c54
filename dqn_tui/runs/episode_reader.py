"""Finds recorded episodes by their numbers, also in the recording of a run that trains."""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.events import EpisodeEnded
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.runs.episode_record import FILE_HEAD_BYTES, Record, RecordFormat
from dqn_tui.runs.episode_scan import Position, read_format, scan
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import find_episode_end
from dqn_tui.runs.safe_open import open_file, require_folder

_RECORDS_PER_MARK = 64
_TAIL_BYTES = 64


class EpisodeReader:
    """The recording of one run; what was read once is not read again while the file only grows.

    Args:
        folder: the run folder.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._forget()

    def read(self, number: int) -> RecordedEpisode:
        """Return a recorded episode, with the return that the journal has for it.

        Raises:
            UsageError: it was not recorded, the recording or the journal cannot be read, or the two do not agree.
        """
        try:
            record, layout = self._find(number)
        except OSError as error:
            raise UsageError(f"{self._folder.recording} cannot be read: {error.strerror or error}") from None
        if record is None or layout is None:
            raise UsageError(f"{self._folder.path} has no record of episode {number:,}: {self._describe()}")
        return self._join(_decode(record, layout, self._folder.recording))

    def _join(self, episode: RecordedEpisode) -> RecordedEpisode:
        try:
            end = find_episode_end(self._folder.events, episode.number)
        except OSError as error:
            raise UsageError(f"{self._folder.events} cannot be read: {error.strerror or error}") from None
        if end is None:
            return episode
        if not _is_same(end, episode):
            raise UsageError(
                f"the record of episode {episode.number:,} does not belong to this run: it has "
                f"{len(episode.actions):,} steps, and the journal {end.length:,}"
            )
        return replace(episode, episode_return=end.episode_return)

    def _describe(self) -> str:
        """Return which episodes there are, in a few words."""
        if not self._count:
            return "no training episode was recorded"
        missing = self._end.number - self._first + 1 - self._count
        gaps = f", {missing:,} of them missing" if missing else ""
        return f"recorded are {self._first:,} to {self._end.number:,}{gaps}"

    def _forget(self) -> None:
        self._layout: RecordFormat | None = None
        self._marks = [Position()]
        self._end = Position()
        self._tail = b""
        self._first = self._count = 0

    def _find(self, number: int) -> tuple[Record | None, RecordFormat | None]:
        with _opened(self._folder.recording) as descriptor:
            self._read_on(descriptor)
            if descriptor is None or self._layout is None or number > self._end.number:
                return None, None
            before = bisect.bisect_left(self._marks, number, key=lambda mark: mark.number) - 1
            start = self._marks[max(0, before)]
            for _, record in scan(descriptor, self._layout, start):
                if record.number >= number:
                    return (record if record.number == number else None), self._layout
        return None, None

    def _read_on(self, descriptor: int | None) -> None:
        """Take in what is new in the file; read it all again where it was cut or replaced."""
        if descriptor is None or not self._is_same_file(descriptor):
            self._forget()
        if descriptor is None:
            return
        self._layout = read_format(descriptor)
        if self._layout is None:
            return
        for end, record in scan(descriptor, self._layout, self._end):
            self._end = end
            self._first = self._first or record.number
            self._count += 1
            if self._count % _RECORDS_PER_MARK == 0:
                self._marks.append(self._end)
        self._tail = os.pread(descriptor, *self._tail_place)

    @property
    def _tail_place(self) -> tuple[int, int]:
        """Length and offset of the last bytes that were read: they differ once the file was cut and written on."""
        start = max(FILE_HEAD_BYTES, self._end.offset - _TAIL_BYTES)
        return self._end.offset - start, start

    def _is_same_file(self, descriptor: int) -> bool:
        return read_format(descriptor) == self._layout and os.pread(descriptor, *self._tail_place) == self._tail


def read_episode(folder: RunFolder, number: int) -> RecordedEpisode:
    """Return a recorded episode of a run; see `EpisodeReader.read`."""
    return EpisodeReader(folder).read(number)


def _decode(record: Record, layout: RecordFormat, path: Path) -> RecordedEpisode:
    actions = layout.unpack(record)
    if actions is None:
        raise UsageError(f"{path} is damaged: episode {record.number:,} has actions that are none of the environment's")
    return RecordedEpisode(
        number=record.number,
        environment=record.environment,
        seed=record.seed,
        actions=actions,
        last_observation=record.last_observation,
        is_truncated=record.is_truncated,
        episode_return=None,
    )


def _is_same(end: EpisodeEnded, episode: RecordedEpisode) -> bool:
    return (end.length, end.is_truncated) == (len(episode.actions), episode.is_truncated)


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open a recording; None where there is none.

    Raises:
        OSError: it cannot be opened, is not a regular file, or is in a folder elsewhere.
    """
    require_folder(path.parent)
    try:
        descriptor = open_file(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)
