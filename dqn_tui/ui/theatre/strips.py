"""Numbers along an episode, each as a strip of a few rows with the playhead in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.ui.theatre.time_line import Span
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.bars import draw_bars
from dqn_tui.view.raster import DOTS, fill, to_glyphs
from dqn_tui.view.text import ASCII, number

Array = NDArray[np.float64]
LABEL_WIDTH = 17


class Strip(NamedTuple):
    """A series of an episode.

    Attributes:
        name: a word or two.
        values: one for each step.
        place: index of the value that belongs to the playhead; outside of the values where there is none.
        color: `"primary"`, `"accent"` or `"success"`.
        is_signed: whether it is drawn as bars from zero rather than as a line.
    """

    name: str
    values: Sequence[float] | NDArray[np.float32]
    place: int
    color: str
    is_signed: bool = False


def strip_rows(strip: Strip, span: Span, playhead: int, height: int, marker: str) -> list[Row]:
    """Return the strip in `height` rows: name and value at the playhead, then the cells of the span."""
    lines = _draw(strip, span, height, marker)
    head = span.column_of(playhead)
    past = f"{'spark' if strip.is_signed else 'smooth'}-{strip.color}"
    ahead = f"raw-{strip.color}"
    cursor = "|" if marker == ASCII else "│"
    rows: list[Row] = []
    for place, line in enumerate(lines):
        label: Row = _label(strip) if place == 0 else [(" " * LABEL_WIDTH, "text")]
        at_head = line[head] if line[head] not in " ⠀" else cursor
        rows.append([*label, (line[:head], past), (at_head, "crosshair"), (line[head + 1 :], ahead)])
    return rows


def _label(strip: Strip) -> Row:
    is_known = 0 <= strip.place < len(strip.values)
    value = number(float(strip.values[strip.place])) if is_known else ""
    return [(f" {strip.name:<7}", "muted"), (f"{value:>{LABEL_WIDTH - 9}} ", "text")]


def _draw(strip: Strip, span: Span, height: int, marker: str) -> list[str]:
    values = np.asarray(strip.values, np.float64)
    if not np.isfinite(values).any():
        return [" " * span.columns] * height
    if marker == ASCII and height == 1:
        columns = pick_columns(np.abs(values) if strip.is_signed else values, span.steps, span.columns)
        low = 0.0 if strip.is_signed else float(np.nanmin(columns))
        return [draw_bars(columns.tolist(), low, float(np.nanmax(columns)), marker)]
    across, down = DOTS[marker]
    columns = pick_columns(values, span.steps, span.columns * across)
    rows = height * down
    low, high = _limits(columns, is_signed=strip.is_signed)
    at = np.rint((high - columns) / (high - low) * (rows - 1))
    if strip.is_signed:
        zero = np.where(np.isnan(at), np.nan, round(high / (high - low) * (rows - 1)))
        dots = _bars(np.minimum(at, zero), np.maximum(at, zero), rows)
    else:
        dots = fill(at, at, rows)
    glyphs = to_glyphs(dots, marker, "#" if strip.is_signed else "*")
    glyphs = np.where(glyphs == 0, np.uint32(ord(" ")), glyphs)
    return ["".join(map(chr, row)) for row in glyphs.tolist()]


def _bars(top: Array, bottom: Array, rows: int) -> NDArray[np.bool_]:
    """Return dots `[rows, columns]` of separate bars."""
    index = np.arange(rows)[:, None]
    dots: NDArray[np.bool_] = (index >= top) & (index <= bottom)
    return dots


def _limits(columns: Array, *, is_signed: bool) -> tuple[float, float]:
    finite = columns[np.isfinite(columns)]
    low, high = float(finite.min()), float(finite.max())
    if is_signed:
        low, high = min(low, 0.0), max(high, 0.0)
    if not high > low:
        return low - 1.0, high + 1.0
    # Halves, for a range may be wider than any float.
    return (low, high) if math.isfinite(high - low) else (low / 2, high / 2)


def pick_columns(values: Array, steps: int, count: int) -> Array:
    """Return the value of largest magnitude in each of `count` columns; NaN where nothing is known.

    Columns narrower than a step repeat its value.

    Args:
        values: of the first steps.
        steps: steps that the columns stand for, so that the value of step i is in column i * count / (steps + 1).
        count: number of columns.
    """
    starts = np.arange(count) * (steps + 1) // count
    ends = np.maximum(starts + 1, np.arange(1, count + 1) * (steps + 1) // count)
    known = starts < len(values)
    result = np.full(count, np.nan)
    if known.any():
        padded = np.append(np.where(np.isfinite(values), values, 0.0), 0.0)
        edges = np.minimum(np.column_stack([starts[known], ends[known]]).ravel(), len(values))
        highest, lowest = np.maximum.reduceat(padded, edges)[::2], np.minimum.reduceat(padded, edges)[::2]
        result[known] = np.where(np.abs(lowest) > np.abs(highest), lowest, highest)
    return result
