"""Run folders with scripted journals."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.exports.source import Source, open_sources
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal
from tests.helpers import quick_config

START = 1_700_000_000.0


def started(seed: int = 3, **settings: Any) -> events.RunStarted:
    """The first event, at `START`."""
    config = quick_config(seed=seed, **settings).model_dump(mode="json")
    return events.RunStarted(
        step=0, time=START, run="r", env="CartPole-v1", seed=seed, device="cpu", total_timesteps=200,
        learning_starts=40, buffer_size=1_000, actions=2, config=config,
    )  # fmt: skip


def episode(step: int, episode_return: float, *, seconds: float = 1.0, start_q: float | None = None) -> Event:
    """An episode that ended `seconds` after `START`; its length is its return."""
    return events.EpisodeEnded(
        step=step, time=START + seconds, episode=1, episode_return=episode_return, length=int(episode_return),
        is_truncated=False, seconds=seconds, start_q=start_q,
    )  # fmt: skip


def progress(step: int, seconds: float = 2.0, **metrics: float) -> Event:
    """A progress event; `train__loss=1` is the metric train/loss."""
    named = {name.replace("__", "/"): value for name, value in metrics.items()}
    return events.Progress(step=step, time=START + seconds, metrics=named)


def evaluated(step: int, mean: float, seconds: float = 3.0) -> Event:
    """An evaluation with a standard deviation of 0.5, of episodes of 11 steps."""
    return events.Evaluated(
        step=step, time=START + seconds, episodes=5, mean=mean, std=0.5, mean_length=11.0, is_best=True
    )


def write_run(path: Path, told: Iterable[Event]) -> RunFolder:
    """A run folder with nothing but a journal."""
    path.mkdir(parents=True)
    folder = RunFolder(path)
    journal = Journal(folder.events)
    for event in told:
        journal.write(event)
    journal.close()
    return folder


def write_small_run(path: Path, seed: int = 3, **settings: Any) -> RunFolder:
    """A run of one episode, one progress event with a loss, and one evaluation: six numbers."""
    told = [started(seed, **settings), episode(14, 14.0), progress(100, train__loss=0.25), evaluated(200, 10.5)]
    return write_run(path, told)


def sources_in(*paths: Path) -> list[Source]:
    """The runs in these folders, to export."""
    return open_sources([RunFolder(path) for path in paths])
