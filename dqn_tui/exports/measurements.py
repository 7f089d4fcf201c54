"""What the events of a run measure, as named numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dqn_tui.errors import UsageError
from dqn_tui.events import EpisodeEnded, Evaluated, Event, Progress
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.tables import evaluation_metrics


class Measurement(NamedTuple):
    """The metrics of one event, at environment step `step` and UTC second `time`."""

    step: int
    time: float
    metrics: dict[str, float]


def measure(event: Event) -> dict[str, float]:
    """Return the event's metrics by name: those of progress and evaluations as in `progress.csv`, and `episode/…`."""
    if isinstance(event, Progress):
        return event.metrics
    if isinstance(event, Evaluated):
        return evaluation_metrics(event)
    return _measure_episode(event) if isinstance(event, EpisodeEnded) else {}


def read_measurements(journal: Path) -> Iterator[Measurement]:
    """Yield what a journal's events measure, oldest first, without holding more than one of them.

    Raises:
        UsageError: The journal cannot be read.
    """
    try:
        for event in read_journal(journal):
            if metrics := measure(event):
                yield Measurement(event.step, event.time, metrics)
    except OSError as error:
        raise UsageError(f"{journal} cannot be read: {error.strerror or error}") from None


def _measure_episode(event: EpisodeEnded) -> dict[str, float]:
    metrics: dict[str, float] = {"episode/return": event.episode_return, "episode/length": float(event.length)}
    if event.start_q is not None:
        metrics["episode/start_q"] = event.start_q
    if event.discounted_return is not None:
        metrics["episode/discounted_return"] = event.discounted_return
    return metrics
