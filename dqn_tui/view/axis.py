"""Axes: bounds that do not jitter, ticks at round numbers, labels that differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.text import number, short_number

Array = NDArray[np.float64]
_LARGEST = 1e300
_UNITS = ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"))
_ROWS_PER_TICK = 3
_MOST_STEPS = 8
_CELLS_PER_X_TICK = 11


@dataclass(frozen=True)
class YAxis:
    """The vertical axis: its bounds, and its ticks with one label each."""

    bottom: float
    top: float
    is_log: bool
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def fraction(self, values: Array) -> Array:
        """Height between bottom (0) and top (1), of the same shape; NaN where a value has no place."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            result: Array
            if self.is_log:
                low, high = math.log10(self.bottom), math.log10(self.top)
                result = (np.log10(np.where(values > 0, values, np.nan)) - low) / (high - low)
            else:
                result = (values / 2 - self.bottom / 2) / (self.top / 2 - self.bottom / 2)
        return np.where(np.isfinite(result), result, np.nan)


def make_y_axis(low: float, high: float, rows: int, *, is_log: bool = False, is_fixed: bool = False) -> YAxis:
    """An axis for values from `low` to `high` on `rows` rows of cells.

    Its bounds are rounded outward, unless `is_fixed`.
    """
    low, high = _usable(low), _usable(high)
    if is_log:
        return _log_axis(low, high, rows, is_fixed)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = _around(low)
        is_fixed = False
    step = _best_step(low, high, rows)
    first, last = _rounded_out(low, high, step)
    if is_fixed:
        slack = 1e-9 * (high - low)
        first, last = first + (first * step < low - slack), last - (last * step > high + slack)
    if last < first:
        labelled = {number(bound): bound for bound in (low, high)}
        return YAxis(low, high, False, tuple(labelled.values()), tuple(labelled))
    count = last - first + 1
    indices = range(first, last + 1) if count * 2 <= rows + 1 else (first, last)
    ticks = tuple(index * step + 0.0 for index in dict.fromkeys(indices))
    bounds = (low, high) if is_fixed else (first * step, last * step)
    return YAxis(*bounds, False, ticks, format_ticks(ticks, step))


def _usable(value: float) -> float:
    value = max(-_LARGEST, min(_LARGEST, value))
    return value if abs(value) >= 1 / _LARGEST else 0.0


def _around(value: float) -> tuple[float, float]:
    """A range for a constant series."""
    if value == 0:
        return 0.0, 1.0
    reach = abs(value) / 10
    return value - reach, value + reach


def _best_step(low: float, high: float, rows: int) -> float:
    """The round step that wastes little of the height and puts a tick on about every third row."""
    span = high - low
    power = math.floor(math.log10(span))
    wanted = min(_MOST_STEPS, max(1.0, (rows - 1) / _ROWS_PER_TICK))

    def badness(step: float) -> float:
        first, last = _rounded_out(low, high, step)
        waste = (last - first) * step / span - 1
        crowding = 1.0 if (last - first) * 2 > rows - 1 else 0.0
        return waste + crowding + 0.03 * abs(last - first - wanted)

    return min((_round_step(power, factor) for factor in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10)), key=badness)


def _round_step(power: int, factor: float) -> float:
    return float(f"{factor}e{power}")


def _rounded_out(low: float, high: float, step: float) -> tuple[int, int]:
    """Indices of the multiples of the step below and above; a hair beyond a multiple is still that one."""
    return math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)


def _log_axis(low: float, high: float, rows: int, is_fixed: bool) -> YAxis:
    high = high if high > 0 else 1.0
    low = low if 0 < low <= high else high / 10
    bottom, top = (low, high) if is_fixed and low < high else (_one_two_five(low, -1), _one_two_five(high, 1))
    if bottom >= top:
        bottom, top = _one_two_five(low * 0.99, -1), _one_two_five(high * 1.01, 1)
    ticks = _decades(bottom, top, max(2, (rows + 1) // 2))
    if len(ticks) < 2:
        ticks = tuple(dict.fromkeys((bottom, *ticks, top)))
    labelled = {_exponent(tick): tick for tick in ticks}
    return YAxis(bottom, top, True, tuple(labelled.values()), tuple(labelled))


def _one_two_five(value: float, direction: int) -> float:
    """The next of 1, 2, 5 times a power of ten, downward (-1) or upward (1), the value itself included."""
    power = math.floor(math.log10(value))
    steps = [_round_step(power + more, factor) for more in (-1, 0, 1) for factor in (1, 2, 5)]
    if direction < 0:
        return max(step for step in steps if step <= value * (1 + 1e-9))
    return min(step for step in steps if step >= value * (1 - 1e-9))


def _decades(bottom: float, top: float, most: int) -> tuple[float, ...]:
    first, last = math.ceil(math.log10(bottom) - 1e-9), math.floor(math.log10(top) + 1e-9)
    stride = max(1, -(-(last - first + 1) // most))
    return tuple(_round_step(power, 1) for power in range(first, last + 1, stride))


def _exponent(value: float) -> str:
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(power)}"


def format_ticks(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    """One label for each multiple of `step`, in the unit that makes the longest the shortest."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if largest >= 1e15 or step < 1e-4:
        return _exponents(ticks, step)
    units = [unit for unit in _UNITS if unit[0] <= max(1.0, largest)]
    tries = [(_decimals(step / factor), factor, name) for factor, name in units]
    labellings = [
        tuple("0" if tick == 0 else f"{tick / factor:.{decimals}f}{name}" for tick in ticks)
        for decimals, factor, name in sorted(tries)
    ]
    return min(labellings, key=lambda labels: max(map(len, labels), default=0))


def _exponents(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    largest = max(abs(tick) for tick in ticks)
    digits = max(0, math.ceil(math.log10(largest / step) - 1e-9)) if largest else 0
    labels = (f"{tick:.{min(digits, 12)}e}".split("e") for tick in ticks)
    return tuple(
        "0"
        if float(mantissa) == 0
        else f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"
        for mantissa, power in labels
    )


def _decimals(step: float) -> int:
    for count in range(9):
        scaled = step * 10**count
        if abs(scaled - round(scaled)) < 1e-6 * scaled:
            return count
    return 9


def draw_x_axis(x_start: float, x_end: float, width: int, is_ascii: bool) -> str:
    """The bottom row without its corner, exactly `width` cells: `0────────10k────────20k───27.4k`."""
    row = ["-" if is_ascii else "─"] * width
    end = _end_label(x_start, x_end)
    free_until = width - len(end) - 2
    if len(end) <= width:
        row[width - len(end) :] = end
    free_from = 0
    step = _x_step(x_start, x_end, width)
    first, last = _rounded_out(x_start, x_end, step)
    ticks = tuple(tick for index in range(first, last + 1) if x_start <= (tick := index * step + 0.0) <= x_end)
    for tick, label in zip(ticks, format_ticks(ticks, step), strict=True):
        cell = int((tick - x_start) / (x_end - x_start) * width)
        start = max(0, cell - len(label) // 2)
        if start >= free_from and start + len(label) <= free_until and label != end:
            row[start : start + len(label)] = label
            free_from = start + len(label) + 2
    return "".join(row)


def _end_label(x_start: float, x_end: float) -> str:
    """In full where a unit would hide most of the stretch, or would not be shorter."""
    is_exact = abs(x_end) < 1e4 or (abs(x_end) < 1e15 and x_end - x_start < abs(x_end) / 20)
    return f"{x_end:.0f}" if is_exact and x_end == round(x_end) else short_number(x_end)


def _x_step(x_start: float, x_end: float, width: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten, and not under 1, that leaves room between labels."""
    most = max(1, width // _CELLS_PER_X_TICK)
    return max(1.0, _one_two_five((x_end - x_start) / most, 1))
