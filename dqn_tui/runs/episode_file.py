"""`episodes/episodes.bin`: keeps every training episode, so that it can be watched again."""

from __future__ import annotations

import errno
import math
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dqn_tui.rollout import RecordedEpisode
from dqn_tui.runs.appended_file import AppendedFile
from dqn_tui.runs.durable import make_folder, sync_folder, write_all
from dqn_tui.runs.episode_record import FILE_HEAD_BYTES, MOST_STEPS, RecordFormat
from dqn_tui.runs.episode_scan import Position, read_format, scan

# Many short episodes at once cost a fraction of what they cost one by one.
_HOLDING_SECONDS = 0.25
_MOST_HELD = 1_000


class EpisodeFile(AppendedFile):
    """Appends episodes, several in one write where they are short; what was written in part is cut off again.

    Episodes that the disk refused are missing, and the others keep their numbers.

    Args:
        path: The file; its folder is made where it is missing.
        environment_count: Number of environments that the run trains in.

    Raises:
        OSError: The file cannot be opened, or is not a regular file.
    """

    def __init__(self, path: Path, environment_count: int) -> None:
        make_folder(path.parent)
        self._environment_count = environment_count
        self._layout: RecordFormat | None = None
        self._end = Position(0)
        self._held: list[RecordedEpisode] = []
        self._action_count = 0
        self._newest = 0
        self._written_at = -math.inf
        self._is_foreign = self._is_torn = False
        super().__init__(path)
        try:
            sync_folder(path.parent)
            self._find_end()
        except OSError:
            self.close()
            raise

    def write(self, episode: RecordedEpisode, action_count: int) -> None:
        """Append an episode of an environment with `action_count` actions: at once, or soon with others.

        Raises:
            OSError: The disk refused it or those before it, it is too long, or the file is no recording of this run.
        """
        if len(episode.actions) > MOST_STEPS:
            raise OSError(errno.EFBIG, f"an episode of more than {MOST_STEPS:,} steps is not recorded")
        if episode.number <= self._newest:
            self._go_back(episode.number)
        self._action_count = action_count
        self._held.append(episode)
        self._newest = episode.number
        self.flush_due()

    def flush_due(self) -> None:
        """Write the episodes that have waited for long, or that are many.

        Raises:
            OSError: as `flush`.
        """
        if time.monotonic() - self._written_at >= _HOLDING_SECONDS or len(self._held) >= _MOST_HELD:
            self.flush()

    def flush(self) -> None:
        """Write the episodes that were not written yet.

        Raises:
            OSError: The disk refused them, or the file is no recording of this run; they are dropped.
        """
        if not self._held:
            return
        held, self._held = self._held, []
        self._newest = self._end.number
        layout = self._layout = self._find_layout(self._action_count)
        self._cut_torn()
        content = self._encode(layout, held)
        self._is_torn = True
        try:
            write_all(self._descriptor, [content])
        except OSError:
            with suppress(OSError):
                self._cut_torn()
            raise
        self._is_torn = False
        self._newest, self._written_at = held[-1].number, time.monotonic()
        self._end = Position(self._end.offset + len(content), self._newest)

    def sync(self) -> int:
        """Flush everything to the disk; return the file's length in bytes.

        Raises:
            OSError: The disk refused it.
        """
        self.flush()
        return super().sync()

    def _encode(self, layout: RecordFormat, held: Sequence[RecordedEpisode]) -> bytes:
        """Return the records of episodes, behind the head of the file where that is not written yet."""
        parts = [] if self._end.offset else [layout.head]
        previous = self._end.number
        for episode in held:
            parts.append(layout.encode(episode, previous))
            previous = episode.number
        return b"".join(parts)

    def _find_layout(self, action_count: int) -> RecordFormat:
        known = self._layout or RecordFormat(action_count, self._environment_count)
        if self._is_foreign or (known.action_count, known.environment_count) != (action_count, self._environment_count):
            raise OSError(errno.EINVAL, f"it is no recording of {action_count:,} actions by this version")
        return known

    def _find_end(self) -> None:
        """Find the end of the last whole record, and cut what is behind it."""
        size = self._length
        self._layout = read_format(self._descriptor)
        self._is_foreign = self._layout is None and size >= FILE_HEAD_BYTES
        if self._is_foreign:
            return
        if self._layout is not None:
            self._end = Position()
            for end, _ in scan(self._descriptor, self._layout, self._end):
                self._end = end
        self._newest = self._end.number
        self._is_torn = size > self._end.offset
        self._cut_torn()

    def _go_back(self, number: int) -> None:
        """Cut the records from an episode's number on: they are of a past that the run has left."""
        self.flush()
        assert self._layout is not None
        end = Position()
        for after, record in scan(self._descriptor, self._layout, end):
            if record.number >= number:
                break
            end = after
        self._end, self._newest, self._is_torn = end, end.number, True

    def _cut_torn(self) -> None:
        if self._is_torn:
            os.ftruncate(self._descriptor, self._end.offset)
            self._is_torn = False
