"""The vertical axis: round ticks on equally spaced rows, and the exact dot row of each value.

The unit of the axis is the height of one row of cells. Ticks are multiples of a round step and lie `rows_per_tick` rows
apart, so one row is worth step / rows_per_tick, and the bottom row is a whole number of rows from zero. A value that is
drawn on the reference line of a row is therefore a whole multiple of the worth of a row. The reference line is one
dot row of the cell, the same in every row: `reference_dot`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.scale import Scale, best_scale, first_row
from dqn_tui.view.text import number
from dqn_tui.view.tick_labels import exponent_label, format_ticks

Array = NDArray[np.float64]
# Values beyond would overflow on the way to a label.
_LARGEST = 1e300
_LARGEST_EXPONENT = 307.0
# A range that begins (or ends) this near to zero, as a share of its far end, begins (or ends) at zero.
_NEAR_ZERO = 0.25
# Fewer rows have no space for round numbers at both ends.
_LEAST_ROWS = 3


@dataclass(frozen=True)
class YAxis:
    """The vertical axis of a plot.

    Attributes:
        rows: rows of cells of the plot.
        scale: the worth of its rows.
        first: rows from zero (from 1 on a logarithmic axis) up to the bottom row, a whole number if there are 3 rows.
        is_log: whether heights are logarithms.
        ticks: values with a label, lowest first.
        tick_rows: their rows of cells, counted from the top.
        labels: their labels.
    """

    rows: int
    scale: Scale
    first: float
    is_log: bool
    ticks: tuple[float, ...]
    tick_rows: tuple[int, ...]
    labels: tuple[str, ...]

    @property
    def bottom(self) -> float:
        """The value on the reference line of the bottom row."""
        return self._value(self.first)

    @property
    def top(self) -> float:
        """The value on the reference line of the top row."""
        return self._value(self.first + self.rows - 1)

    def _value(self, row: float) -> float:
        position = row / self.scale.rows_per_tick * self.scale.step
        return 10 ** max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, position)) if self.is_log else position

    def dot_rows(self, values: Array, dots: int) -> Array:
        """Return the dot row of each value, counted from the top, where cells have `dots` rows of dots.

        The result is float64 of the same shape. Rows beyond the plot are negative, or at least `rows * dots`. NaN
        where a value is not finite, or has no logarithm.
        """
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            places = np.where(np.isfinite(values), values, np.nan)
            if self.is_log:
                places = np.log10(np.where(places > 0, places, np.nan))
            heights = places / self.scale.step * self.scale.rows_per_tick - self.first
            result: Array = np.rint((self.rows - 1) * dots + reference_dot(dots) - heights * dots)
        return result


def reference_dot(dots: int) -> int:
    """Return the dot row of a cell, from its top, on which a value at its tick is drawn: just below the middle."""
    return dots // 2


@lru_cache(maxsize=64)
def make_y_axis(low: float, high: float, rows: int, *, is_log: bool = False, has_room: bool = True) -> YAxis:
    """Make an axis that holds `low` to `high` on `rows` rows of cells.

    With `has_room` some of the height remains free above `high`; bounds that data never exceed need none.
    """
    low, high = _usable(low), _usable(high)
    if is_log:
        high = high if high > 0 else 1.0
        low = low if 0 < low <= high else high / 10
        return _make_axis(math.log10(low), math.log10(high), rows, has_room, True)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = _around(low)
    if 0 < low <= _NEAR_ZERO * high:
        low = 0.0
    elif 0 > high >= _NEAR_ZERO * low:
        high = 0.0
    return _make_axis(low, high, rows, has_room, False)


def _usable(value: float) -> float:
    value = max(-_LARGEST, min(_LARGEST, value))
    return value if abs(value) >= 1 / _LARGEST else 0.0


def _around(value: float) -> tuple[float, float]:
    """Return a range for a constant series."""
    if value == 0:
        return 0.0, 1.0
    reach = abs(value) / 10
    return value - reach, value + reach


def _make_axis(low: float, high: float, rows: int, has_room: bool, is_log: bool) -> YAxis:
    """Make an axis for positions: values, or their logarithms."""
    if rows < _LEAST_ROWS:
        return _tiny_axis(low, high, rows, is_log)
    scale = best_scale(low, high, rows, is_log=is_log, has_room=has_room)
    first = first_row(low, scale, rows)
    indices = range(-(-first // scale.rows_per_tick), (first + rows - 1) // scale.rows_per_tick + 1)
    positions = {index * scale.step + 0.0: first + rows - 1 - index * scale.rows_per_tick for index in indices}
    if is_log:
        positions = {position: row for position, row in positions.items() if abs(position) <= 300}
        labels = _log_labels(tuple(positions), scale)
        ticks = tuple(float(10**position) for position in positions)
    else:
        labels, ticks = format_ticks(tuple(positions), scale.step), tuple(positions)
    return YAxis(rows, scale, first, is_log, ticks, tuple(positions.values()), labels)


def _tiny_axis(low: float, high: float, rows: int, is_log: bool) -> YAxis:
    """Make an axis with `low` at its bottom, and `high` at its top: half a row higher where there is but one row."""
    step = (high - low) * (2.0 if rows == 1 else 1.0) or 1.0
    positions = (low, high)[:rows]
    ticks = tuple(float(10**position) for position in positions) if is_log else positions
    labels = tuple(exponent_label(position) if is_log else number(position) for position in positions)
    count = len(set(labels))
    return YAxis(rows, Scale(step, 1), low / step, is_log, ticks[:count], (rows - 1, 0)[:count], labels[:count])


def _log_labels(exponents: tuple[float, ...], scale: Scale) -> tuple[str, ...]:
    """Return labels with as many digits as their dot rows can show."""
    digits = 2
    while digits < 5 and any(_label_error(exponent, digits, scale) > 0.1 for exponent in exponents):
        digits += 1
    return tuple(exponent_label(exponent, digits) for exponent in exponents)


def _label_error(exponent: float, digits: int, scale: Scale) -> float:
    """Return how many rows the rounded label is from its tick."""
    mantissa = 10 ** (exponent - math.floor(exponent))
    return abs(scale.rows(math.log10(float(f"{mantissa:.{digits - 1}e}") / mantissa)))
