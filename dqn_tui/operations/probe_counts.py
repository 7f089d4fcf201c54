"""Running statistics of numbers that arrive row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.probe_report import Spread

BINS = 12
_MOST_SAMPLES = 2_000_000
_LEAST_ROWS = 512


class Columns:
    """Range, mean, deviation and histogram of each column; mean and deviation by Welford's method.

    Histograms are of a sample where there are many rows: of every second, fourth, eighth … row.

    Args:
        width: number of columns.
    """

    def __init__(self, width: int) -> None:
        self._counts = np.zeros(width, np.int64)
        self._non_finite = np.zeros(width, np.int64)
        self._means = np.zeros(width)
        self._squares = np.zeros(width)
        self._low = np.full(width, np.inf)
        self._high = np.full(width, -np.inf)
        self._samples: list[NDArray[np.float64]] = []
        self._most_rows = max(_LEAST_ROWS, _MOST_SAMPLES // max(1, width))
        self._stride, self._rows = 1, 0

    def add(self, row: NDArray[Any]) -> None:
        """Count one row, [width]."""
        values = np.asarray(row, np.float64)
        finite = np.isfinite(values)
        self._counts += finite
        self._non_finite += ~finite
        known = np.where(finite, values, self._means)
        differences = known - self._means
        self._means += differences / np.maximum(self._counts, 1)
        self._squares += differences * (known - self._means)
        self._low = np.where(finite, np.minimum(self._low, values), self._low)
        self._high = np.where(finite, np.maximum(self._high, values), self._high)
        if self._rows % self._stride == 0:
            self._keep(values)
        self._rows += 1

    @property
    def largest(self) -> NDArray[np.float64]:
        """The largest magnitude of each column, [width]; 0 without numbers."""
        has_any = self._counts > 0
        largest: NDArray[np.float64] = np.where(has_any, np.maximum(np.abs(self._low), np.abs(self._high)), 0.0)
        return largest

    def spreads(self) -> list[Spread]:
        """Return the statistics of each column."""
        histograms = self._histograms()
        deviations = np.sqrt(np.maximum(self._squares, 0) / np.maximum(self._counts, 1))
        return [
            Spread(
                int(count),
                float(self._low[column]),
                float(self._high[column]),
                float(self._means[column]),
                float(deviations[column]),
                int(self._non_finite[column]),
                tuple(histograms[column].tolist()),
            )
            if count
            else Spread(0, non_finite=int(self._non_finite[column]))
            for column, count in enumerate(self._counts)
        ]

    def _keep(self, values: NDArray[np.float64]) -> None:
        self._samples.append(values)
        if len(self._samples) > self._most_rows:
            self._samples = self._samples[::2]
            self._stride *= 2

    def _histograms(self) -> NDArray[np.int64]:
        """Return the counts in `BINS` equal parts of each column's range, [width, BINS]."""
        width = len(self._counts)
        table = np.array(self._samples, np.float64).reshape(len(self._samples), width)
        low, high = (np.where(self._counts > 0, edge, 0.0) for edge in (self._low, self._high))
        # Halves, for a range may be wider than any float.
        span = np.where(high > low, high / 2 - low / 2, 1.0)
        finite = np.isfinite(table)
        shares = (np.where(finite, table, low) / 2 - low / 2) / span
        bins = np.clip((shares * BINS).astype(np.int64), 0, BINS - 1) + np.arange(width) * BINS
        counts: NDArray[np.int64] = np.bincount(bins[finite], minlength=width * BINS).reshape(width, BINS)
        return counts


class Totals:
    """Range, mean, deviation and zeros of arrays, all their numbers together."""

    def __init__(self) -> None:
        self._count = self._non_finite = self._zeros = 0
        self._sum = self._squares = 0.0
        self._low, self._high = np.inf, -np.inf

    def add(self, array: NDArray[Any]) -> None:
        """Count the numbers of an array of any shape."""
        values = array[np.isfinite(array)] if array.dtype.kind == "f" else array.reshape(-1)
        self._non_finite += array.size - values.size
        self._count += values.size
        self._zeros += int(np.count_nonzero(values == 0))
        if values.size:
            wide = values.astype(np.float64)
            self._sum += float(wide.sum())
            self._squares += float((wide * wide).sum())
            self._low, self._high = min(self._low, float(wide.min())), max(self._high, float(wide.max()))

    @property
    def zero_fraction(self) -> float:
        """Share of zeros among the finite numbers."""
        return self._zeros / self._count if self._count else 0.0

    def spread(self) -> Spread:
        """Return the statistics."""
        if not self._count:
            return Spread(0, non_finite=self._non_finite)
        mean = self._sum / self._count
        variance = max(0.0, self._squares / self._count - mean * mean)
        return Spread(self._count, self._low, self._high, mean, variance**0.5, self._non_finite)
