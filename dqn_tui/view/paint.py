"""Layers as characters: each becomes a grid of code points, 0 where it does not draw."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import COUNT, SUM, Buckets
from dqn_tui.view.layer import Layer
from dqn_tui.view.plot import Plot
from dqn_tui.view.raster import Glyphs, bridge, fill, thicken, to_glyphs
from dqn_tui.view.stack import stack_cells, stack_tops
from dqn_tui.view.text import ASCII

Array = NDArray[np.float64]
Dots = NDArray[np.bool_]
# Columns of dots of a dash and of the gap after it.
_DASH, _GAP = 4, 2
# Cells from one mark on a line to the next.
_MARK_DISTANCE = 16
# Rules of the grid: the character, a dot on the reference line, and the distance from one to the next in cells.
_GRID = {"braille": ("⠄", 2), "block": ("·", 2), ASCII: (".", 4)}


def paint(layer: Layer, plot: Plot, line_char: str) -> Iterator[tuple[Glyphs, str]]:
    """Yield grids `[rows, width]` of code points with the role of each."""
    if layer.kind == "shares":
        yield from _shares(layer, plot)
    elif layer.kind == "points":
        yield _signs(layer, plot), layer.role
    elif layer.kind == "cursor":
        yield _cursor(layer, plot), layer.role
    elif layer.kind == "marks":
        yield _marks(layer, plot), layer.role
    else:
        dots, char = _dots_of(layer, plot, line_char)
        yield to_glyphs(dots, plot.marker, char), layer.role


def paint_grid(plot: Plot) -> Glyphs:
    """Return dotted rules at the ticks; none at the bottom row, which the x axis underlines."""
    glyphs = np.zeros((plot.axis.rows, plot.width), dtype=np.uint32)
    char, cells = _GRID[plot.marker]
    for row in plot.axis.tick_rows:
        if row < plot.axis.rows - 1:
            glyphs[row, ::cells] = ord(char)
    return glyphs


def end_labels(layer: Layer, plot: Plot) -> list[tuple[str, float, str]]:
    """Return the labels of a layer as (text, y at which it ends on the right, role)."""
    if layer.kind == "shares":
        return _share_labels(layer, plot)
    y = _end(layer, plot) if layer.label else None
    return [] if y is None else [(layer.label, y, layer.role)]


def _end(layer: Layer, plot: Plot) -> float | None:
    if layer.kind == "level":
        return layer.value
    if layer.kind == "points":
        return layer.places[-1][1] if layer.places else None
    if layer.kind != "line":
        return None
    start, end = plot.x_range
    last_column = end - (end - start) / (plot.width * plot.dots_across)
    window = layer.series[0].window(last_column, end)
    if not window.shape[1]:
        window = layer.series[0].window(start, end)[:, -1:]
    return float(window[SUM].sum() / window[COUNT].sum()) if window.shape[1] else None


def _share_labels(layer: Layer, plot: Plot) -> list[tuple[str, float, str]]:
    """Return a label at the middle of each share's newest height, the largest share first."""
    tops = stack_tops(layer.series, plot.x_range, plot.width)
    newest = tops[:, np.isfinite(tops[-1])][:, -1:]
    if not newest.size:
        return []
    edges = np.concatenate(([0.0], newest[:, 0]))
    named = zip(np.diff(edges).tolist(), layer.labels, edges[1:] + edges[:-1], layer.roles, strict=False)
    return [(text, double / 2, role) for _, text, double, role in sorted(named, key=lambda one: -one[0])]


def _dots_of(layer: Layer, plot: Plot, line_char: str) -> tuple[Dots, str]:
    """Return the dots `[dot rows, dot columns]` of a layer, and the character of one in ASCII."""
    if layer.kind == "level":
        return _level(layer.value, plot), "-"
    if layer.kind == "scatter":
        return _thick(_cloud(layer, plot), layer, plot), "." if layer.thickness == 1 else "o"
    if layer.kind == "band":
        low, high = layer.series
        return _area(low, high, plot) & _every_other_dot(plot), ":"
    if layer.kind == "line":
        return _thick(_line(layer.series[0], plot), layer, plot), layer.sign or line_char
    return _envelope(layer.series[0], plot), "."


def _no_dots(plot: Plot) -> Dots:
    return np.zeros((plot.dot_rows, plot.width * plot.dots_across), dtype=np.bool_)


def _thick(dots: Dots, layer: Layer, plot: Plot) -> Dots:
    return dots if plot.marker == ASCII else thicken(dots, layer.thickness or plot.thickness)


def _line(series: Buckets, plot: Plot) -> Dots:
    rows = _mean_rows(series, plot)
    return fill(rows, rows, plot.dot_rows)


def _mean_rows(series: Buckets, plot: Plot) -> Array:
    columns = plot.columns(series)
    return bridge(plot.clipped_rows(columns.mean), columns.count == 0)


def _envelope(series: Buckets, plot: Plot) -> Dots:
    columns = plot.columns(series)
    upper, lower = plot.clipped_rows(columns.maximum), plot.clipped_rows(columns.minimum)
    lower = np.where(np.isnan(lower), upper, lower)
    is_empty = columns.count == 0
    return fill(bridge(upper, is_empty), bridge(lower, is_empty), plot.dot_rows)


def _area(low: Buckets, high: Buckets, plot: Plot) -> Dots:
    return fill(_mean_rows(high, plot), _mean_rows(low, plot), plot.dot_rows)


def _every_other_dot(plot: Plot) -> Dots:
    rows, columns = np.ogrid[: plot.dot_rows, : plot.width * plot.dots_across]
    pattern: Dots = (rows + columns) % 2 == 0
    return pattern


def _level(y: float, plot: Plot) -> Dots:
    dots = _no_dots(plot)
    if (row := plot.dot_row(y)) is not None:
        dots[row] = np.arange(dots.shape[1]) % (_DASH + _GAP) < _DASH
    return dots


def _cloud(layer: Layer, plot: Plot) -> Dots:
    dots = _no_dots(plot)
    if layer.places:
        dots[plot.inside(np.array(layer.places, dtype=np.float64))] = True
    return dots


def _signs(layer: Layer, plot: Plot) -> Glyphs:
    glyphs = np.zeros((plot.axis.rows, plot.width), dtype=np.uint32)
    if layer.places:
        rows, columns = plot.inside(np.array(layer.places, dtype=np.float64))
        glyphs[rows // plot.dots_down, columns // plot.dots_across] = ord("o" if plot.marker == ASCII else "◆")
    return glyphs


def _cursor(layer: Layer, plot: Plot) -> Glyphs:
    glyphs = np.zeros((plot.axis.rows, plot.width), dtype=np.uint32)
    if (column := plot.cells.at(layer.value)) is not None:
        glyphs[:, column] = ord("|" if plot.marker == ASCII else "│")
    return glyphs


def _marks(layer: Layer, plot: Plot) -> Glyphs:
    """Return the sign at the cells where the line is, a distance apart."""
    glyphs = np.zeros((plot.axis.rows, plot.width), dtype=np.uint32)
    rows = _mean_rows(layer.series[0], plot)[:: plot.dots_across]
    cells = np.arange(int(layer.value * _MARK_DISTANCE), len(rows), _MARK_DISTANCE)
    cells = cells[np.isfinite(rows[cells])]
    glyphs[rows[cells].astype(np.intp) // plot.dots_down, cells] = ord(layer.sign)
    return glyphs


def _shares(layer: Layer, plot: Plot) -> Iterator[tuple[Glyphs, str]]:
    """Yield the cells of each pair of shares that meet in a cell; the role names both: `"lower on upper"`."""
    glyphs, lower, upper = stack_cells(stack_tops(layer.series, plot.x_range, plot.width), plot.axis, plot.marker)
    count = len(layer.series)
    if plot.marker == ASCII:
        upper = lower
    pairs = lower * (count + 1) + upper
    for pair in np.unique(pairs[glyphs > 0]).tolist():
        below, above = divmod(pair, count + 1)
        name = layer.roles[below]
        if above not in (below, count):
            name = f"{name} on {layer.roles[above]}"
        yield np.where(pairs == pair, glyphs, np.uint32(0)), name
