"""A metric over environment steps, in bounded memory and with a bounded cost of drawing.

Points fall into buckets of equal width along x, of which only those with points are kept. When they fill the
table, the width doubles and neighbours merge, so that minimum, maximum, mean and last stay exact for each
bucket however long the run is.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.rolling_mean import RollingMean

Array = NDArray[np.float64]
X_FIRST, X_LAST, MINIMUM, MAXIMUM, SUM, COUNT, LAST = range(7)


@dataclass(frozen=True)
class Columns:
    """A stretch of x cut into equal columns: float64 arrays `[columns]`, NaN (count: 0) where no point is."""

    minimum: Array
    maximum: Array
    mean: Array
    last: Array
    count: Array


class Series:
    """One bounded, summarised series.

    Attributes:
        count: points appended, gaps included.
        gaps: points whose value was not finite; they leave no mark but this.
        last: the newest finite value.
        x_first: x of the first point.
        x_last: x of the newest point.
        version: grows with each change.
        bucket_width: in units of x, a power of two.
    """

    def __init__(self, capacity: int = 2048) -> None:
        if capacity < 4:
            raise ValueError(f"capacity must be >= 4, got {capacity}")
        self.capacity = capacity
        self.bucket_width = 1.0
        self.version = self.count = self.gaps = 0
        self.last: float | None = None
        self.x_first: float | None = None
        self.x_last: float | None = None
        self._newest = -math.inf
        self._table: Array = np.empty((7, capacity + 1))
        self._closed = 0
        self._slot = math.nan
        self._points = 0
        self._x_open = self._x_end = self._low = self._high = self._sum = 0.0

    def append(self, x: float, y: float) -> None:
        """Add a point. An x that went back counts as the newest x; a value that is not finite is a gap."""
        self.version += 1
        self.count += 1
        if self._newest < x < math.inf:
            self._newest = self.x_last = x
            if self.x_first is None:
                self.x_first = x
        if self.x_last is not None and math.isfinite(y):
            self._put(self.x_last, y)
            self.last = y
        else:
            self.gaps += 1

    def _put(self, x: float, y: float) -> None:
        if x // self.bucket_width != self._slot:
            self._turn(x, y)
            return
        if y < self._low:
            self._low = y
        elif y > self._high:
            self._high = y
        self._sum += y
        self._points += 1
        self._x_end = x

    def _turn(self, x: float, y: float) -> None:
        """Close the open bucket, and open the one that x falls into."""
        self._closed = len(self._rows()[0])
        if self._closed == self.capacity:
            self._merge()
            self._reopen()
            self._put(x, y)
            return
        self._slot = x // self.bucket_width
        self._x_open = self._x_end = x
        self._low = self._high = self._sum = y
        self._points = 1

    def _rows(self) -> Array:
        """All buckets with points, the open one last: a view of shape `[7, buckets]`."""
        if self._points == 0:
            return self._table[:, : self._closed]
        self._table[:, self._closed] = (
            self._x_open,
            self._x_end,
            self._low,
            self._high,
            self._sum,
            self._points,
            self.last,
        )
        return self._table[:, : self._closed + 1]

    def _merge(self) -> None:
        """Double the bucket width until a quarter of the table is free."""
        rows = self._table[:, : self._closed]
        starts = np.arange(self._closed)
        while len(starts) > self.capacity * 3 // 4:
            self.bucket_width *= 2
            starts = _starts(np.floor_divide(rows[X_FIRST], self.bucket_width))
        self._closed = len(starts)
        self._table[:, : self._closed] = _combine(rows, starts)

    def _reopen(self) -> None:
        """Make the last closed bucket the open one."""
        self._closed -= 1
        values = self._table[:, self._closed].tolist()
        self._x_open, self._x_end, self._low, self._high, self._sum, points, self.last = values
        self._points = int(points)
        self._slot = self._x_open // self.bucket_width

    def forget_after(self, x: float) -> None:
        """Drop the buckets that begin after x: the run went back to an earlier step."""
        if self.x_first is None or self.x_last is None or x >= self.x_last:
            return
        rows = self._rows()
        self._closed = int(np.searchsorted(rows[X_FIRST], x, side="right"))
        self._points, self._slot, self.last = 0, math.nan, None
        self.count, self.gaps = int(rows[COUNT, : self._closed].sum()), 0
        self.version += 1
        self.x_first, self.x_last = (self.x_first, x) if x >= self.x_first else (None, None)
        self._newest = -math.inf if self.x_last is None else x
        if self._closed:
            self._reopen()
            self._x_end = min(self._x_end, x)

    @property
    def minimum(self) -> float | None:
        """The least finite value."""
        return float(self._rows()[MINIMUM].min()) if self.last is not None else None

    @property
    def maximum(self) -> float | None:
        """The greatest finite value."""
        return float(self._rows()[MAXIMUM].max()) if self.last is not None else None

    def columns(self, x_start: float, x_end: float, count: int) -> Columns:
        """The stretch from `x_start` to `x_end`, both included; a bucket is in the column of its middle."""
        rows = self.window(x_start, x_end)
        result = np.full((5, count), np.nan)
        result[4] = 0.0
        if rows.shape[1] and count:
            scale = count / max(x_end - x_start, 1e-300)
            index = np.minimum((_middles(rows) - x_start) * scale, count - 1).astype(np.intp)
            starts = _starts(index)
            found = _combine(rows, starts)
            mean = np.clip(found[SUM] / found[COUNT], found[MINIMUM], found[MAXIMUM])
            result[:, index[starts]] = (found[MINIMUM], found[MAXIMUM], mean, found[LAST], found[COUNT])
        return Columns(*result)

    def window(self, x_start: float, x_end: float) -> Array:
        """Buckets with their middle in the stretch, not to be written: `[7, buckets]`, rows `X_FIRST` on."""
        rows = self._rows()
        if not (math.isfinite(x_start) and math.isfinite(x_end)):
            return rows[:, :0]
        middles = _middles(rows)
        return rows[:, np.searchsorted(middles, x_start) : np.searchsorted(middles, x_end, side="right")]

    def quantiles(self) -> tuple[float | None, float | None]:
        """Median and 95th percentile of the buckets' means: approximate, each bucket counts once."""
        rows = self._rows()
        if not rows.shape[1]:
            return None, None
        median, high = np.percentile(rows[SUM] / rows[COUNT], (50, 95))
        return float(median), float(high)


class SmoothedSeries(Series):
    """A series with the rolling means of all its finite points, which zooming therefore never changes."""

    WINDOWS = (1, 10, 50, 100, 500)

    def __init__(self, capacity: int = 2048) -> None:
        super().__init__(capacity)
        self._smooth = {window: (RollingMean(window), Series(capacity)) for window in self.WINDOWS[1:]}
        self._recent: deque[tuple[float, float]] = deque(maxlen=self.WINDOWS[-1])

    def append(self, x: float, y: float) -> None:
        """Add a point to the series and to its means."""
        super().append(x, y)
        if math.isfinite(y):
            self._recent.append((x, y))
            for mean, series in self._smooth.values():
                series.append(x, mean.push(y))

    def smooth(self, window: int) -> Series:
        """The mean of the last `window` points, one of `WINDOWS`; 1 is the series itself."""
        return self if window == 1 else self._smooth[window][1]

    def forget_after(self, x: float) -> None:
        """Drop what came after x; the means go on from the points before it that are still known."""
        super().forget_after(x)
        while self._recent and self._recent[-1][0] > x:
            self._recent.pop()
        for mean, series in self._smooth.values():
            series.forget_after(x)
            mean.clear()
            for _, y in self._recent:
                mean.push(y)


def _middles(rows: Array) -> Array:
    middles: Array = rows[X_FIRST] / 2 + rows[X_LAST] / 2
    return middles


def _starts(keys: NDArray[np.generic]) -> NDArray[np.intp]:
    """Where a run of equal keys begins."""
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))


def _combine(rows: Array, starts: NDArray[np.intp]) -> Array:
    """The buckets from each start to the next as one bucket."""
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
