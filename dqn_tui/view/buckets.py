"""Points of a series, summarised in buckets along x: what charts are drawn from, and values are read off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.cells import Cells

Array = NDArray[np.float64]
X_FIRST, X_LAST, MINIMUM, MAXIMUM, SUM, COUNT, LAST = range(7)


@dataclass(frozen=True)
class Columns:
    """A stretch of x cut into equal columns: float64 arrays `[columns]`, NaN (count: 0) in columns without points."""

    minimum: Array
    maximum: Array
    mean: Array
    last: Array
    count: Array


class Reading(NamedTuple):
    """The values that a column of a chart shows: their mean, the lowest, the highest, and how many there are."""

    mean: float
    low: float
    high: float
    points: int


class Buckets:
    """Buckets with points, in the order of x.

    Args:
        rows: float64 `[7, buckets]`, rows `X_FIRST` to `LAST`.

    Attributes:
        x_first, x_last: x of the first and of the newest point; None without points.
    """

    x_first: float | None = None
    x_last: float | None = None

    def __init__(self, rows: Array) -> None:
        self._fixed = rows
        if rows.shape[1]:
            self.x_first, self.x_last = float(rows[X_FIRST, 0]), float(rows[X_LAST, -1])

    def rows(self) -> Array:
        """Return all buckets with points: a view of shape `[7, buckets]`, rows `X_FIRST` to `LAST`."""
        return self._fixed

    def columns(self, x_start: float, x_end: float, count: int) -> Columns:
        """Summarise x from `x_start` to `x_end`, both included, in `count` columns.

        A bucket belongs to the column that holds its middle.
        """
        rows = self.window(x_start, x_end)
        result = np.full((5, count), np.nan)
        result[4] = 0.0
        if rows.shape[1] and count:
            scale = count / max(x_end - x_start, 1e-300)
            index = np.minimum((_middles(rows) - x_start) * scale, count - 1).astype(np.intp)
            starts = starts_of_runs(index)
            found = combine(rows, starts)
            mean = np.clip(found[SUM] / found[COUNT], found[MINIMUM], found[MAXIMUM])
            result[:, index[starts]] = (found[MINIMUM], found[MAXIMUM], mean, found[LAST], found[COUNT])
        return Columns(*result)

    def window(self, x_start: float, x_end: float) -> Array:
        """Return the buckets whose middle is in the stretch: read-only `[7, buckets]`, rows `X_FIRST` to `LAST`."""
        rows = self.rows()
        if not (math.isfinite(x_start) and math.isfinite(x_end)):
            return rows[:, :0]
        middles = _middles(rows)
        return rows[:, np.searchsorted(middles, x_start) : np.searchsorted(middles, x_end, side="right")]

    def read(self, cells: Cells, column: int) -> Reading | None:
        """Return what a column shows, the same as in `columns`.

        In a column without points it is the bucket nearest to its middle; None before the first bucket.
        """
        columns = self.columns(cells.start, cells.end, cells.columns)
        if count := int(columns.count[column]):
            low, high = float(columns.minimum[column]), float(columns.maximum[column])
            return Reading(float(columns.mean[column]), low, high, count)
        rows, middle = self.rows(), cells.middle(column)
        if not rows.shape[1] or middle + cells.width / 2 < rows[X_FIRST, 0]:
            return None
        bucket = rows[:, np.argmin(np.abs(_middles(rows) - middle))].tolist()
        low, high = bucket[MINIMUM], bucket[MAXIMUM]
        return Reading(min(max(bucket[SUM] / bucket[COUNT], low), high), low, high, int(bucket[COUNT]))


def _middles(rows: Array) -> Array:
    middles: Array = rows[X_FIRST] / 2 + rows[X_LAST] / 2
    return middles


def starts_of_runs(keys: NDArray[np.generic]) -> NDArray[np.intp]:
    """Return the indices at which a run of equal keys begins."""
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))


def combine(rows: Array, starts: NDArray[np.intp]) -> Array:
    """Merge the buckets from each start to the next into one."""
    ends = np.append(starts[1:], rows.shape[1]) - 1
    result = np.empty((7, len(starts)))
    result[X_FIRST] = rows[X_FIRST, starts]
    result[X_LAST] = rows[X_LAST, ends]
    result[MINIMUM] = np.minimum.reduceat(rows[MINIMUM], starts)
    result[MAXIMUM] = np.maximum.reduceat(rows[MAXIMUM], starts)
    with np.errstate(over="ignore", invalid="ignore"):
        result[SUM : COUNT + 1] = np.add.reduceat(rows[SUM : COUNT + 1], starts, axis=1)
    result[LAST] = rows[LAST, ends]
    return result
