"""The horizontal axis: one row of text with round labels and the end of the stretch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain

from dqn_tui.view.text import duration
from dqn_tui.view.tick_labels import UNITS, decimals, in_unit

_CELLS_PER_TICK = 11
# Numbers of up to four digits are read faster without a unit.
_LEAST_WITH_UNIT = 1e4
_TIME_STEPS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(60.0, 120.0, 300.0, 600.0, 900.0, 1800.0),
    *(3600.0, 7200.0, 10800.0, 21600.0, 43200.0),
)
# The label of the end may be off by this share of the stretch.
_END_PRECISION = 1e-2


def draw_x_axis(
    start: float,
    end: float,
    width: int,
    is_ascii: bool,
    *,
    is_whole: bool = True,
    is_time: bool = False,
    mark: tuple[int, str] | None = None,
) -> str:
    """Return the bottom row without its corner, exactly `width` cells: `0────────10k────────20k───27.4k`.

    All labels share one unit. With `is_whole`, as for steps, ticks are whole numbers; with `is_time` x counts seconds.
    A mark (cell, text) has a place of its own, `mark_start`, and no other label touches it.
    """
    row = ["-" if is_ascii else "─"] * width
    taken = range(0)
    if mark is not None and (left := mark_start(*mark, width)) is not None:
        row[left : left + len(mark[1])] = mark[1]
        taken = range(left - 1, left + len(mark[1]) + 1)
    step = time_step(start, end, max(1, width // _CELLS_PER_TICK)) if is_time else _step(start, end, width, is_whole)
    factor, unit = _unit(start, end)
    label = duration(end) if is_time else _end_label(start, end, factor, unit)
    if len(label) > width:
        return "".join(row)
    if not _overlaps(width - len(label), label, taken):
        row[width - len(label) :] = label
    free_from, free_until = 0, width - len(label) - 2
    ticks = list(_ticks(start, end, step))
    texts = _time_labels(ticks) if is_time else in_unit(ticks, decimals(step / factor), factor, unit)
    for tick, text in zip(ticks, texts, strict=True):
        cell = int((tick - start) / (end - start) * width)
        left = max(0, cell - len(text) // 2)
        is_free = not _overlaps(left, text, taken)
        if is_free and left >= free_from and left + len(text) <= free_until and text != label:
            row[left : left + len(text)] = text
            free_from = left + len(text) + 2
    return "".join(row)


def _overlaps(left: int, text: str, taken: range) -> bool:
    return bool(taken) and left < taken.stop and left + len(text) > taken.start


def mark_start(cell: int, text: str, width: int) -> int | None:
    """Return the first cell of a text that is centred at a cell as far as the row allows; None if it is too long."""
    return min(max(0, cell - len(text) // 2), width - len(text)) if len(text) <= width else None


def time_step(start: float, end: float, most_ticks: int) -> float:
    """Return the smallest round number of seconds, minutes, hours or days that leaves room between labels."""
    least = (end - start) / most_ticks
    days = (float(f"{factor}e{power}") * 86400 for power in range(300) for factor in (1, 2, 5))
    return next(step for step in chain(_TIME_STEPS, days) if step >= least * (1 - 1e-9))


def _time_labels(ticks: list[float]) -> tuple[str, ...]:
    return tuple("0" if tick == 0 else duration(tick) for tick in ticks)


def _step(start: float, end: float, width: int, is_whole: bool) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that leaves room between labels."""
    least = (end - start) / max(1, width // _CELLS_PER_TICK)
    power = math.floor(math.log10(least))
    steps = (float(f"{factor}e{power + more}") for more in (0, 1) for factor in (1, 2, 5))
    step = next(step for step in steps if step >= least * (1 - 1e-9))
    return max(1.0, step) if is_whole else step


def _ticks(start: float, end: float, step: float) -> Iterator[float]:
    first, last = math.ceil(start / step - 1e-9), math.floor(end / step + 1e-9)
    for index in range(first, last + 1):
        if start <= (tick := index * step + 0.0) <= end:
            yield tick


def _unit(start: float, end: float) -> tuple[float, str]:
    """Return the largest unit that leaves a digit before the point and distinguishes the ends."""
    largest = max(abs(start), abs(end))
    if largest < _LEAST_WITH_UNIT:
        return UNITS[0]
    return max(unit for unit in UNITS if unit[0] <= max(1.0, min(largest, (end - start) * 1e2)))


def _end_label(start: float, end: float, factor: float, unit: str) -> str:
    """Return the end with no more decimals than the stretch needs."""
    places = max(0, math.ceil(-math.log10((end - start) * _END_PRECISION / factor) - 1e-9))
    text = f"{end / factor:.{min(places, 12)}f}"
    bare = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if bare in ("0", "-0") else bare + unit
