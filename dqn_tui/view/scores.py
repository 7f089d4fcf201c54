"""What the runs of a comparison achieved, in numbers, for each run and for each group of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dqn_tui.view.buckets import COUNT, SUM, X_FIRST, X_LAST
from dqn_tui.view.compared_run import ComparedRun
from dqn_tui.view.comparison import Comparison, RunGroup
from dqn_tui.view.interquartile import REPLICATIONS, bootstrap_interval, interquartile_mean, probability_of_improvement
from dqn_tui.view.returns import solved_step
from dqn_tui.view.series import Series
from dqn_tui.view.text import duration, number
from dqn_tui.view.x_unit import XUnit


@dataclass(frozen=True, kw_only=True)
class Score:
    """One number of a run.

    Attributes:
        id: its name in JSON.
        title: heading of its column.
        about: what it is, in a few words.
        of: its value; None where it is not known. The second argument is the horizon of the comparison, in steps.
        show: formats it.
    """

    id: str
    title: str
    about: str
    of: Callable[[ComparedRun, float], float | None]
    show: Callable[[float | None], str] = number


def area_under_curve(series: Series, horizon: float) -> float | None:
    """Return the area under a series up to `horizon`, divided by its length on x: the mean height of the curve.

    Between the buckets' means the curve is a straight line. None without values before the horizon.
    """
    rows = series.rows()
    middles = rows[X_FIRST] / 2 + rows[X_LAST] / 2
    known = middles <= horizon
    x, y = middles[known], rows[SUM, known] / rows[COUNT, known]
    if len(x) < 2 or x[-1] <= x[0]:
        return float(y.mean()) if len(y) else None
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum() / (x[-1] - x[0]))


def _best_evaluation(run: ComparedRun, _: float) -> float | None:
    view = run.view
    best = [view.best_evaluation.mean] if view.best_evaluation else []
    if view.ended is not None and view.ended.best_eval_mean is not None:
        best.append(view.ended.best_eval_mean)
    return max((value for value in best if np.isfinite(value)), default=None)


def _steps_to_goal(run: ComparedRun, _: float) -> float | None:
    return solved_step(run.view)


def _seconds_to_goal(run: ComparedRun, _: float) -> float | None:
    step = solved_step(run.view)
    return None if step is None else run.view.x_scale(XUnit.SECOND).x_of(step)


def _steps_per_second(run: ComparedRun, _: float) -> float | None:
    view = run.view
    return view.metrics.get("time/fps") if view.ended is None else view.steps_per_second


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else duration(value)


SCORES: tuple[Score, ...] = (
    Score(id="best_evaluation", title="best eval", about="best mean of an evaluation", of=_best_evaluation),
    Score(
        id="last_return",
        title="last return",
        about="mean return of the last 100 episodes",
        of=lambda run, _: run.view.mean_return_100,
    ),
    Score(
        id="area_under_curve",
        title="AUC",
        about="mean height of the return curve, same steps",
        of=lambda run, horizon: area_under_curve(run.view.returns, horizon),
    ),
    Score(
        id="steps_to_goal",
        title="goal step",
        about="first evaluation that reached the goal",
        of=_steps_to_goal,
        show=_whole,
    ),
    Score(
        id="seconds_to_goal",
        title="goal time",
        about="seconds of work until then",
        of=_seconds_to_goal,
        show=_seconds,
    ),
    Score(
        id="steps_per_second",
        title="steps/s",
        about="environment steps per second, on average",
        of=_steps_per_second,
        show=_whole,
    ),
)


GROUP_SCORES = SCORES[:3]
"""Scores that every run has, so that no run drops out of an estimate because it was bad."""


class Estimate(NamedTuple):
    """The interquartile mean of a score over the `runs` runs of a group that have it, and its 95 % interval."""

    mean: float
    low: float
    high: float
    runs: int


def horizon(comparison: Comparison) -> float:
    """Return the steps that all runs with a training return have taken."""
    return float(min((run.view.step for run in comparison.runs if run.view.returns.last is not None), default=0))


def scores_of(comparison: Comparison, score: Score) -> list[float | None]:
    """Return a score of each run."""
    reach = horizon(comparison)
    values = [score.of(run, reach) for run in comparison.runs]
    return [value if value is not None and np.isfinite(value) else None for value in values]


def estimate(
    comparison: Comparison, group: RunGroup, score: Score, *, seed: int = 0, replications: int = REPLICATIONS
) -> Estimate | None:
    """Return the estimate of a score for a group; None where no run has it."""
    tasks = [values for values in _by_task(comparison, group, scores_of(comparison, score)).values() if values]
    if not tasks:
        return None
    values = [value for task in tasks for value in task]
    low, high = bootstrap_interval(tasks, replications=replications, seed=seed)
    return Estimate(float(interquartile_mean(values)), low, high, len(values))


def improvement(comparison: Comparison, x: RunGroup, y: RunGroup, score: Score) -> float | None:
    """Return the probability that a run of X has a higher score than one of Y; None if they share no environment."""
    values = scores_of(comparison, score)
    of_x, of_y = _by_task(comparison, x, values), _by_task(comparison, y, values)
    shared = [task for task in of_x if of_x[task] and of_y.get(task)]
    if not shared:
        return None
    return probability_of_improvement([of_x[task] for task in shared], [of_y[task] for task in shared])


def main_score(comparison: Comparison) -> Score:
    """Return the score by which groups are ranked: the best evaluation where every run has one, else the last
    return."""
    is_known = all(value is not None for value in scores_of(comparison, SCORES[0]))
    return SCORES[0 if is_known else 1]


def _by_task(comparison: Comparison, group: RunGroup, values: Sequence[float | None]) -> dict[str, list[float]]:
    return {
        task: [value for index in runs if (value := values[index]) is not None]
        for task, runs in comparison.tasks(group.runs).items()
    }
