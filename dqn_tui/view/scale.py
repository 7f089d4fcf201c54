"""The choice of round ticks that hold a range on a number of rows.

The choice does not jitter: it is a step function of the range. A range that only grows visits scales of increasing
size and never returns to one that it left, and inside a scale the bottom moves by whole rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_ROUND_FACTORS = (1.0, 2.0, 2.5, 5.0)
# On a logarithmic axis steps are decades; 1/5 and 1/2 of one are 1.6 and 3.2 fold.
_SHARES_OF_A_DECADE = (0.2, 0.5)
_WANTED_TICKS = 6
_LEAST_SPACING = 2.8
# A scale this much coarser than the finest that holds the data is taken where its ticks are nicer.
_NICER = 1.15
# Scales much coarser than the data need are not looked at.
_COARSEST = 6.0
# Rows left free above the data, and as a share of all rows, in plots that are not too low for it.
_LEAST_ROOM = 0.5
_ROOM = 0.03
_LEAST_ROWS_WITH_ROOM = 4
# In rows, of the smallest dots: four to a row.
_HALF_A_DOT = 0.12


class Scale(NamedTuple):
    """How values become rows: `rows_per_tick` rows are worth one round `step` (decades on a logarithmic axis)."""

    step: float
    rows_per_tick: int

    def rows(self, position: float) -> float:
        """Return how many rows a position is above zero."""
        return position / self.step * self.rows_per_tick


def best_scale(low: float, high: float, rows: int, *, is_log: bool, has_room: bool) -> Scale:
    """Return the scale with the nicest ticks among the finest that hold positions `low` to `high` on 3 or more rows."""
    usable = _usable_rows(rows, has_room)
    least = (high - low) / usable
    fitting = [
        (scale.step / scale.rows_per_tick, cost, scale)
        for scale, cost in (_log_scales if is_log else _linear_scales)(least, rows)
        if scale.rows(high) - first_row(low, scale, rows) <= usable + 1e-9
    ]
    finest = min(worth for worth, _, _ in fitting)
    return min((one for one in fitting if one[0] <= _NICER * finest), key=lambda one: (one[1], one[0]))[2]


def _usable_rows(rows: int, has_room: bool) -> float:
    """Return how many rows data may rise above the reference line of the bottom row."""
    room = max(_LEAST_ROOM, _ROOM * rows) if has_room and rows >= _LEAST_ROWS_WITH_ROOM else 0.0
    return rows - 1 - room


def first_row(low: float, scale: Scale, rows: int) -> int:
    """Return the row at or below a position; a tick where two would not be in sight otherwise.

    A position less than half a dot below a row is on that row, where it is drawn.
    """
    unit = scale.rows_per_tick if scale.rows_per_tick > rows // 2 else 1
    return math.floor((scale.rows(low) + _HALF_A_DOT) / unit) * unit


def _linear_scales(least: float, rows: int) -> Iterator[tuple[Scale, float]]:
    """Yield scales, with the cost of their ticks, whose rows are worth about `least` or a few times more."""
    power = math.floor(math.log10(least))
    for exponent in range(power, power + 4):
        for factor, rows_per_tick, cost in _tick_choices(rows):
            scale = Scale(float(f"{factor}e{exponent}"), rows_per_tick)
            if least * (1 - 1e-9) <= scale.step / rows_per_tick <= least * _COARSEST:
                yield scale, cost


def _log_scales(least: float, rows: int) -> Iterator[tuple[Scale, float]]:
    """Yield scales whose ticks are powers of ten, or equal shares of a decade apart."""
    steps = (*_SHARES_OF_A_DECADE, *(factor * 10**power for power in range(4) for factor in (1.0, 2.0, 5.0)))
    for step in steps:
        for rows_per_tick in range(min(2, max(1, rows // 2)), max(1, rows // 2) + 1):
            if step / rows_per_tick >= least * (1 - 1e-9):
                yield Scale(step, rows_per_tick), _spacing_cost(rows_per_tick, rows) + (step < 1)


@lru_cache(maxsize=256)
def _tick_choices(rows: int) -> tuple[tuple[float, int, float], ...]:
    """Return round factors and rows per tick that suit a height, with a cost: low where the ticks look well."""
    wanted = _wanted_spacing(rows)
    least = max(1, min(rows // 2, math.ceil(0.6 * wanted)))
    most = max(least, min(max(rows // 2, min(rows - 1, 4)), math.floor(2 * wanted)))
    return tuple(
        (factor, rows_per_tick, _spacing_cost(rows_per_tick, rows) + 0.4 * (factor == 2.5))
        for rows_per_tick in range(least, most + 1)
        for factor in _ROUND_FACTORS
    )


def _wanted_spacing(rows: int) -> float:
    """Return the rows from tick to tick that look best."""
    return max(_LEAST_SPACING, rows / _WANTED_TICKS)


def _spacing_cost(rows_per_tick: int, rows: int) -> float:
    return abs(math.log2(rows_per_tick / _wanted_spacing(rows)))
