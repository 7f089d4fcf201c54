"""Comparisons of scripted runs, shared by the tests of everything that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.events import EndReason, Event
from dqn_tui.run_source import RunNews
from dqn_tui.runs.journal import Journal
from dqn_tui.view.comparison import Comparison
from tests import fakes


def run_events(
    returns: Sequence[float] = (10.0, 20.0, 30.0),
    *,
    evaluations: Mapping[int, float] | None = None,
    is_over: bool = True,
    env: str = "CartPole-v1",
    **settings: Any,
) -> list[Event]:
    """Return the events of a run with an episode every 100 steps, and one update and one second every ten steps."""
    config = {**fakes.CONFIG, "env": env, **settings}
    told: list[Event] = [fakes.started(env=env, seed=config["seed"], config=config, total_timesteps=100 * len(returns))]
    found = dict(evaluations or {})
    for number, value in enumerate(returns, 1):
        step = 100 * number
        told.append(
            events.EpisodeEnded(
                step=step, time=1_000.0, episode=number, episode_return=value, length=100, is_truncated=False,
                seconds=step / 10,
            )
        )  # fmt: skip
        metrics = {
            "time/time_elapsed": step / 10, "time/fps": 10.0, "train/n_updates": step / 10, "train/loss": 1 / step,
            "rollout/exploration_rate": 1 - step / 1_000, "time/steps_per_second": 10.0,
        }  # fmt: skip
        told.append(events.Progress(step=step, time=1_000.0 + step / 10, metrics=metrics))
        if step in found:
            told.append(fakes.evaluated(step, 1_000.0, found[step], is_best=found[step] == max(found.values())))
    if is_over:
        told.append(_end(100 * len(returns), max(found.values(), default=None)))
    return told


def _end(step: int, best: float | None) -> events.RunEnded:
    return events.RunEnded(
        step=step, time=2_000.0, reason=EndReason.COMPLETED, episodes=step // 100, mean_return_100=None,
        best_eval_mean=best, updates=step // 10, wall_seconds=step / 10, steps_per_second=10.0, checkpoint=None,
        weights_sha256="0" * 64,
    )  # fmt: skip


def compare(*runs: Sequence[Event]) -> Comparison:
    """Return the comparison of runs with these events, in folders run-0, run-1, …"""
    comparison = Comparison(f"runs/run-{number}" for number in range(len(runs)))
    comparison.apply_all(RunNews(index, told) for index, told in enumerate(runs))
    return comparison


def write_runs(folder: Path, *runs: Sequence[Event]) -> list[Path]:
    """Write the journals of runs with these events; return their folders."""
    paths = [folder / f"run-{number}" for number in range(len(runs))]
    for path, told in zip(paths, runs, strict=True):
        path.mkdir(parents=True)
        journal = Journal(path / "events.jsonl")
        for event in told:
            journal.write(event)
        journal.close()
    return paths
