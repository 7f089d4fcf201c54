"""What a list of runs shows of each: read from both ends of its journal, without reading all of it."""

from __future__ import annotations

import enum
import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui.errors import CheckpointError
from dqn_tui.events import EndReason, Evaluated, Event, RunEnded, RunFailed, RunResumed, RunStarted, SettingChanged
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import parse_lines
from dqn_tui.runs.lock import is_locked
from dqn_tui.runs.manifest import MANIFEST, read_manifest
from dqn_tui.runs.reading import open_regular
from dqn_tui.runs.safe_open import open_file

# Enough for `run_started` with all settings.
_HEAD_BYTES = 65_536
# Enough for the last events of a run; the second length is tried if an event is longer than the first.
_TAIL_BYTES = (16_384, 1_000_000)
_LARGEST_CONFIG_BYTES = 100_000
# As the line of an event of metrics begins; one that begins in another way only costs more to read.
_PROGRESS = b'{"event":"progress",'
# They say which run it is, not how it differs from others.
_IDENTITY_KEYS = ("env", "seed")


class RunStatus(enum.StrEnum):
    """The state of a run: training now, ended for a reason, or neither."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    SOLVED = "solved"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"
    UNREADABLE = "unreadable"


class BestEvaluation(NamedTuple):
    """The evaluation with the highest mean return, which is finite; `step` is None if only the mean is known."""

    mean: float
    step: int | None


@dataclass(frozen=True)
class RunSummary:
    """What is known of a run from both ends of its journal, its lock, and the manifest of `best/`.

    Attributes:
        folder: The run folder.
        state: Whether it is being trained, and how it ended.
        started: Its first event; None if the journal does not begin with it.
        last: Its newest event.
        end: The event that ended it; None if it is being trained or was interrupted.
        best: Its best evaluation; None if it was never evaluated.
        settings: Its newest settings by key.
        problem: Why it is unreadable, in one line; None if it is readable.
    """

    folder: RunFolder
    state: RunStatus
    started: RunStarted | None = None
    last: Event | None = None
    end: RunEnded | RunFailed | None = None
    best: BestEvaluation | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @property
    def step(self) -> int:
        """Environment steps taken."""
        return self.last.step if self.last is not None else 0

    @property
    def end_reason(self) -> EndReason | None:
        """Why it ended; None if it is being trained or was interrupted."""
        if self.end is None:
            return None
        return self.end.reason if isinstance(self.end, RunEnded) else EndReason.FAILED

    @property
    def preset(self) -> str | None:
        """The preset that its settings are based on, as far as it says so."""
        return self.started.preset if self.started is not None else None

    def differing_settings(self, expected: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings that differ from those `expected`, such as its preset's, which are all there are.

        Environment and seed are left out.
        """
        known = ((key, self.settings.get(key)) for key in expected if key not in _IDENTITY_KEYS)
        return {key: value for key, value in known if value != expected[key]} if self.settings else {}


def read_run_summary(folder: RunFolder) -> RunSummary:
    """Return the summary of a run; of one that cannot be read, why not."""
    try:
        is_live = is_locked(folder.path)
        started, tail = _read_ends(folder.events)
    except OSError as error:
        return RunSummary(folder, RunStatus.UNREADABLE, problem=f"{folder.path}: {error.strerror or error}")
    end = None if is_live else _find_end(tail)
    return RunSummary(
        folder,
        _state(end, is_live=is_live),
        started,
        tail[-1] if tail else None,
        end,
        _find_best(folder, tail),
        _read_settings(folder, started, tail),
    )


def _read_ends(journal: Path) -> tuple[RunStarted | None, list[Event]]:
    """Return the first event, if it is the start of a run, and the last events."""
    with os.fdopen(open_file(journal, os.O_RDONLY), "rb") as file:
        head = parse_lines(_lines_within(file, _HEAD_BYTES))
        started = next((event for event in head if isinstance(event, RunStarted)), None)
        for length in _TAIL_BYTES:
            file.seek(max(0, os.fstat(file.fileno()).st_size - length))
            tail = _parse_tail(file.read(length).splitlines(keepends=True))
            if tail:
                break
        return started, tail


def _parse_tail(lines: Sequence[bytes]) -> list[Event]:
    """Return the newest event, and those before it but for metrics: most lines are such, and tell nothing more."""
    newest_first = reversed(lines)
    tail = list(islice(parse_lines(newest_first), 1))
    tail += parse_lines(line for line in newest_first if not line.startswith(_PROGRESS))
    return tail[::-1]


def _lines_within(file: BufferedReader, most_bytes: int) -> Iterator[bytes]:
    """Yield the lines that begin in the next `most_bytes` bytes, none beyond them."""
    while most_bytes > 0 and (line := file.readline(most_bytes)):
        most_bytes -= len(line)
        yield line


def _find_end(tail: Sequence[Event]) -> RunEnded | RunFailed | None:
    """Return the event that ended the run; output and warnings may follow it, a resume undoes it."""
    for event in reversed(tail):
        if isinstance(event, RunEnded | RunFailed):
            return event
        if isinstance(event, RunStarted | RunResumed):
            return None
    return None


def _state(end: RunEnded | RunFailed | None, *, is_live: bool) -> RunStatus:
    if is_live:
        return RunStatus.RUNNING
    if end is None:
        return RunStatus.INTERRUPTED
    return RunStatus(end.reason.value) if isinstance(end, RunEnded) else RunStatus.FAILED


def _find_best(folder: RunFolder, tail: Sequence[Event]) -> BestEvaluation | None:
    """Return the best evaluation: that of `best/`, or a better one at the end whose checkpoint was not written."""
    candidates = [*_read_best(folder), *_best_in(tail)]
    return max(candidates, key=lambda best: best.mean, default=None)


def _read_best(folder: RunFolder) -> Iterator[BestEvaluation]:
    if folder.best.is_symlink():
        return
    try:
        manifest = read_manifest(folder.best / MANIFEST)
    except CheckpointError:
        return
    if manifest.eval_mean is not None:
        yield BestEvaluation(manifest.eval_mean, manifest.step)


def _best_in(tail: Sequence[Event]) -> Iterator[BestEvaluation]:
    for event in tail:
        if isinstance(event, Evaluated) and event.is_best and math.isfinite(event.mean):
            yield BestEvaluation(event.mean, event.step)
        elif isinstance(event, RunEnded) and event.best_eval_mean is not None and math.isfinite(event.best_eval_mean):
            yield BestEvaluation(event.best_eval_mean, None)


def _read_settings(folder: RunFolder, started: RunStarted | None, tail: Sequence[Event]) -> Mapping[str, Any]:
    """Return the settings in `config.toml`, which each resume writes anew, or else those of the journal."""
    try:
        with open_regular(folder.config, _LARGEST_CONFIG_BYTES) as content:
            return tomllib.loads(content.read(_LARGEST_CONFIG_BYTES).decode())
    except (CheckpointError, ValueError, RecursionError):
        changes = {event.key: event.new for event in tail if isinstance(event, SettingChanged)}
        return (started.config if started is not None else {}) | changes
