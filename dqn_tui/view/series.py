"""A metric over environment steps, in bounded memory and at a bounded cost of drawing.

Points fall into buckets of equal width along x, and only buckets with points are kept. When the table is full, the
bucket width doubles and neighbours merge, so minimum, maximum, mean and last value stay exact for each bucket however
long the run is.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import COUNT, LAST, MAXIMUM, MINIMUM, X_FIRST, X_LAST, Array, Buckets, combine, starts_of_runs
from dqn_tui.view.moving_average import SPANS, MovingAverage

_WORTH_A_BATCH = 32
_MOST_WAITING = 4_096


class Series(Buckets):
    """One series, summarised as it grows.

    Attributes:
        count: number of points appended, gaps included.
        gaps: number of points whose value was not finite; nothing else of them is kept.
        last: the newest finite value.
        x_first: x of the first point.
        x_last: x of the newest point.
        version: increases with each change.
        bucket_width: width of a bucket in units of x, a power of two.

    Raises:
        ValueError: `capacity`, the number of buckets, is below 4.
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
        self._not_binary_from: float | None = None
        self._table: Array = np.empty((7, capacity + 1))
        self._closed = 0
        self._slot = math.nan
        self._points = 0
        self._x_open = self._x_end = self._low = self._high = self._sum = 0.0

    def append(self, x: float, y: float) -> None:
        """Add a point. An x below the newest one counts as the newest; a value that is not finite is a gap."""
        self.version += 1
        self.count += 1
        if self._newest < x < math.inf:
            self._newest = self.x_last = x
            if self.x_first is None:
                self.x_first = x
        if self.x_last is not None and math.isfinite(y):
            self._put(self.x_last, y)
            self.last = y
            if self._not_binary_from is None and y not in (0.0, 1.0):
                self._not_binary_from = self.x_last
        else:
            self.gaps += 1

    def extend(self, xs: Array, ys: Array) -> None:
        """Add many points at once, with the result of `append` for each; x and y are float64 `[points]`."""
        if len(xs) < _WORTH_A_BATCH or not np.isfinite(xs).all():
            for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
                Series.append(self, x, y)
            return
        self.version += len(xs)
        self.count += len(xs)
        xs = np.maximum(np.maximum.accumulate(xs), self._newest)
        self.x_first = float(xs[0]) if self.x_first is None else self.x_first
        self._newest = self.x_last = float(xs[-1])
        is_finite = np.isfinite(ys)
        xs, ys = xs[is_finite], ys[is_finite]
        self.gaps += len(is_finite) - len(ys)
        if len(ys):
            self._note_binary(xs, ys)
            self._put_all(xs, ys)
            self.last = float(ys[-1])

    def _note_binary(self, xs: Array, ys: Array) -> None:
        if self._not_binary_from is None:
            others = np.flatnonzero((ys != 0.0) & (ys != 1.0))
            self._not_binary_from = float(xs[others[0]]) if len(others) else None

    def _put_all(self, xs: Array, ys: Array) -> None:
        """Put points into buckets, as many at a time as fit into the table at the present bucket width."""
        while len(xs):
            slots = xs // self.bucket_width
            starts = np.flatnonzero(slots != np.concatenate(([self._slot], slots[:-1])))
            used = self._closed + (self._points > 0)
            is_full = len(starts) > self.capacity - used
            end = int(starts[self.capacity - used]) if is_full else len(xs)
            self._put_fitting(xs[:end], ys[:end], starts[: self.capacity - used])
            if is_full:
                self._closed = len(self.rows()[0])
                self._merge()
                self._reopen()
            xs, ys = xs[end:], ys[end:]

    def _put_fitting(self, xs: Array, ys: Array, starts: NDArray[np.intp]) -> None:
        """Put points for which the table has room; a new bucket opens at each of `starts`."""
        first = int(starts[0]) if len(starts) else len(xs)
        if first:
            self._low, self._high = min(self._low, float(ys[:first].min())), max(self._high, float(ys[:first].max()))
            self._sum += float(ys[:first].sum())
            self._points += first
            self._x_end, self.last = float(xs[first - 1]), float(ys[first - 1])
        if not len(starts):
            return
        self._closed = len(self.rows()[0])
        points = np.stack((xs, xs, ys, ys, ys, np.ones_like(ys), ys))[:, first:]
        rows = combine(points, starts - first)
        self._table[:, self._closed : self._closed + len(starts)] = rows
        self._closed += len(starts)
        self._reopen()

    def _put(self, x: float, y: float) -> None:
        if x // self.bucket_width != self._slot:
            self._open_bucket(x, y)
            return
        if y < self._low:
            self._low = y
        elif y > self._high:
            self._high = y
        self._sum += y
        self._points += 1
        self._x_end = x

    def _open_bucket(self, x: float, y: float) -> None:
        """Close the open bucket and open the one that x falls into."""
        self._closed = len(self.rows()[0])
        if self._closed == self.capacity:
            self._merge()
            self._reopen()
            self._put(x, y)
            return
        self._slot = x // self.bucket_width
        self._x_open = self._x_end = x
        self._low = self._high = self._sum = y
        self._points = 1

    def rows(self) -> Array:
        """Return all buckets with points, the open one last: a view of shape `[7, buckets]`."""
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
            starts = starts_of_runs(np.floor_divide(rows[X_FIRST], self.bucket_width))
        self._closed = len(starts)
        self._table[:, : self._closed] = combine(rows, starts)

    def _reopen(self) -> None:
        """Open the last closed bucket again."""
        self._closed -= 1
        values = self._table[:, self._closed].tolist()
        self._x_open, self._x_end, self._low, self._high, self._sum, points, self.last = values
        self._points = int(points)
        self._slot = self._x_open // self.bucket_width

    def forget_after(self, x: float) -> None:
        """Drop the buckets that begin after x, because the run was resumed from an earlier step."""
        if self.x_first is None or self.x_last is None or x >= self.x_last:
            return
        rows = self.rows()
        self._closed = int(np.searchsorted(rows[X_FIRST], x, side="right"))
        self._points, self._slot, self.last = 0, math.nan, None
        self.count, self.gaps = int(rows[COUNT, : self._closed].sum()), 0
        self.version += 1
        self.x_first, self.x_last = (self.x_first, x) if x >= self.x_first else (None, None)
        self._newest = -math.inf if self.x_last is None else x
        if self._not_binary_from is not None and self._not_binary_from > x:
            self._not_binary_from = None
        if self._closed:
            self._reopen()
            self._x_end = min(self._x_end, x)

    @classmethod
    def from_buckets(cls, rows: Array) -> Series:
        """Return a series with these buckets, `[7, buckets]` in the order of `X_FIRST` to `LAST`, x rising."""
        series = Series(max(4, rows.shape[1]))
        if rows.shape[1]:
            series._table[:, : rows.shape[1]] = rows
            series._closed = rows.shape[1]
            series.x_first, series.x_last = float(rows[X_FIRST, 0]), float(rows[X_LAST, -1])
            series._newest, series.last = series.x_last, float(rows[LAST, -1])
            series.count = series.version = int(rows[COUNT].sum())
            is_binary = np.isin(rows[MINIMUM : MAXIMUM + 1], (0.0, 1.0)).all(axis=0)
            series._not_binary_from = None if is_binary.all() else float(rows[X_FIRST, np.argmin(is_binary)])
        return series

    @classmethod
    def from_points(cls, xs: Array, ys: Array) -> Series:
        """Return a series with a bucket for each point, x rising and y finite; float64 `[points]`."""
        return cls.from_buckets(np.stack((xs, xs, ys, ys, ys, np.ones_like(ys), ys)))

    @property
    def is_binary(self) -> bool:
        """Whether every finite value is 0 or 1, as where a return means success or failure; False when empty."""
        return self._not_binary_from is None and self.last is not None

    @property
    def minimum(self) -> float | None:
        """The smallest finite value."""
        return float(self.rows()[MINIMUM].min()) if self.last is not None else None

    @property
    def maximum(self) -> float | None:
        """The largest finite value."""
        return float(self.rows()[MAXIMUM].max()) if self.last is not None else None


class SmoothedSeries(Series):
    """A series with moving averages of all its finite points, so that zooming never changes the smoothing.

    Attributes:
        WINDOWS: the strengths of smoothing, in points (`MovingAverage.span`); 1 is the series itself.
        RATE_WINDOW: the strength that turns a series of 0s and 1s into a rate.
    """

    WINDOWS = SPANS
    RATE_WINDOW = 50

    def __init__(self, capacity: int = 2048) -> None:
        super().__init__(capacity)
        self._smooth = {window: (MovingAverage(window), Series(capacity)) for window in self.WINDOWS[1:]}
        # Finite points that not every average has taken, and how many of them each has: mostly, one alone is looked at.
        self._waiting: tuple[list[float], list[float]] = ([], [])
        self._taken = dict.fromkeys(self._smooth, 0)

    def append(self, x: float, y: float) -> None:
        """Add a point to the series and to its averages."""
        super().append(x, y)
        if math.isfinite(y):
            self._wait([x], [y])

    def extend(self, xs: Array, ys: Array) -> None:
        """Add many points to the series and to its averages."""
        super().extend(xs, ys)
        is_finite = np.isfinite(ys)
        self._wait(xs[is_finite].tolist(), ys[is_finite].tolist())

    def smooth(self, window: int) -> Series:
        """Return the moving average over about `window` points, one of `WINDOWS`; 1 is the series itself."""
        if window == 1:
            return self
        average, series = self._smooth[window]
        xs, ys = (values[self._taken[window] :] for values in self._waiting)
        if xs:
            series.extend(np.array(xs, np.float64), np.array([average.push(y) for y in ys], np.float64))
            self._taken[window] += len(xs)
        return series

    def _wait(self, xs: list[float], ys: list[float]) -> None:
        self._waiting[0].extend(xs)
        self._waiting[1].extend(ys)
        if len(self._waiting[0]) >= _MOST_WAITING:
            self._catch_up()

    def _catch_up(self) -> None:
        """Let all averages take the points that wait."""
        for window in self._smooth:
            self.smooth(window)
        self._waiting = ([], [])
        self._taken = dict.fromkeys(self._smooth, 0)

    @property
    def rate(self) -> Series:
        """The share of 1s among the newest points of a binary series."""
        return self.smooth(self.RATE_WINDOW)

    @classmethod
    def lighter(cls, window: int) -> int:
        """Return the next lighter of `WINDOWS` that still smooths, for points that are means themselves."""
        index = cls.WINDOWS.index(window)
        return cls.WINDOWS[index - 1] if index > 1 else window

    @staticmethod
    def smoothing_name(window: int) -> str:
        """Return the short name of a strength: `"ema20"`, or `"raw"` where nothing is smoothed."""
        return f"ema{window}" if window > 1 else "raw"

    def forget_after(self, x: float) -> None:
        """Drop the points after x; the averages continue from their values at x."""
        self._catch_up()
        super().forget_after(x)
        for average, series in self._smooth.values():
            series.forget_after(x)
            average.restore(series.last, series.count)
