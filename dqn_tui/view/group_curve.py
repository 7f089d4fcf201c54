"""The curve of a group of runs: the interquartile mean over its runs at each x, and its bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import COUNT, SUM, X_FIRST, X_LAST
from dqn_tui.view.interquartile import bootstrap_band, interquartile_mean
from dqn_tui.view.series import Series

POINTS = 48
# rliable draws 2,000 times for curves, too: a quantile at each of many points needs less than one that is printed.
CURVE_REPLICATIONS = 2_000


class GroupCurve(NamedTuple):
    """Three series at the same x; the bounds are the 95 % interval of the middle."""

    middle: Series
    low: Series
    high: Series


def group_curve(by_task: Sequence[Sequence[Series]], *, seed: int = 0, points: int = POINTS) -> GroupCurve | None:
    """Return the curve of a group where all its runs have values, so that it never jumps when one of them ends.

    Args:
        by_task: one series of each run, by environment; a run without values is left out.
        seed: seed of the bootstrap.
        points: number of x.
    """
    tasks = [known for task in by_task if (known := [series for series in task if series.last is not None])]
    runs = [series for task in tasks for series in task]
    start = max((series.x_first or 0.0 for series in runs), default=0.0)
    end = min((series.x_last or 0.0 for series in runs), default=0.0)
    if not runs or end < start:
        return None
    grid = np.linspace(start, end, points if end > start else 1)
    values = np.array([_values_at(grid, series) for series in runs])
    low, high = bootstrap_band(values, [len(task) for task in tasks], replications=CURVE_REPLICATIONS, seed=seed)
    return GroupCurve(*(Series.from_points(grid, y) for y in (interquartile_mean(values.T), low, high)))


def _values_at(grid: NDArray[np.float64], series: Series) -> NDArray[np.float64]:
    """Return the series at each x: straight lines between the means of its buckets."""
    rows = series.rows()
    middles = rows[X_FIRST] / 2 + rows[X_LAST] / 2
    values: NDArray[np.float64] = np.interp(grid, middles, rows[SUM] / rows[COUNT])
    return values
