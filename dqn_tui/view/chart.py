"""Charts as text: layers of series on a grid of characters, with axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dqn_tui.view.axis import YAxis, make_y_axis
from dqn_tui.view.canvas import Array, Canvas, Range
from dqn_tui.view.layer import Layer, Points
from dqn_tui.view.series import COUNT, MAXIMUM, MINIMUM, SUM, Series
from dqn_tui.view.sparkline import sparkline

__all__ = ["ChartPicture", "Layer", "draw_chart", "sparkline"]

AXIS = "axis"
_LEAST_LABEL = 4
_LEAST_PLOT = 6
# How many times wider than the bulk of the raw values a range may be before outliers are cut off at the edge.
_OUTLIER_RATIO = 25.0
# A first point this near to 0, as a share of x, lets the axis begin at 0.
_START_AT_ZERO = 0.2
# Ranges beyond would overflow on the way to a label.
_FARTHEST = 1e300
_LINE_CHARS = "*+x%"


@dataclass(frozen=True)
class ChartPicture:
    """A drawn chart.

    Attributes:
        rows: for each row runs of (text, role), together exactly as wide as was asked.
        plot_left: cells left of the plot.
        plot_width: cells of the plot.
        plot_height: rows of the plot, above the row of the x axis.
        x_range: what the plot's left and right edge stand for.
        y_range: what its bottom and top stand for.
    """

    rows: list[list[tuple[str, str]]]
    plot_left: int
    plot_width: int
    plot_height: int
    x_range: Range
    y_range: Range

    def x_at(self, cell: int) -> float | None:
        """x in the middle of a column of cells; None outside the plot."""
        column = cell - self.plot_left
        if not 0 <= column < self.plot_width:
            return None
        start, end = self.x_range
        return start + (column + 0.5) / self.plot_width * (end - start)


def draw_chart(
    width: int,
    height: int,
    layers: Sequence[Layer],
    *,
    marker: str = "braille",
    is_log: bool = False,
    x_range: Range | None = None,
    y_range: Range | None = None,
) -> ChartPicture:
    """Draw layers on `width` x `height` cells, the axes included.

    Without ranges the chart shows all of x, and y from the data in that stretch, rounded outward. A range
    with bounds that are not finite, or the wrong way round, counts as none.
    """
    width, height = max(0, width), max(0, height)
    plot_height = height - 1 if height >= 3 else height
    start, end = _x_range(layers, x_range)
    axis = _y_axis(layers, (start, end), y_range, max(1, plot_height), is_log)
    left = _label_width(axis, width)
    canvas = Canvas(width, height, left, plot_height, marker, (start, end), axis)
    canvas.draw_y_axis()
    lines = 0
    for number, layer in enumerate(layers, start=1):
        canvas.draw(layer, number, _LINE_CHARS[lines % len(_LINE_CHARS)])
        lines += layer.kind == "line"
    roles = [AXIS, *(layer.role for layer in layers)]
    return ChartPicture(
        canvas.runs(roles), left, max(0, width - left), plot_height, (start, end), (axis.bottom, axis.top)
    )


def _x_range(layers: Sequence[Layer], wanted: Range | None) -> Range:
    if wanted is not None and _is_usable(*wanted):
        return wanted
    series = [layer.data for layer in layers if isinstance(layer.data, Series)]
    xs = [x for one in series for x in (one.x_first, one.x_last) if x is not None and abs(x) < _FARTHEST]
    xs += [x for layer in layers if layer.kind == "points" for x, _ in _points(layer) if abs(x) < _FARTHEST]
    start, end = min(xs, default=0.0), max(xs, default=1.0)
    if 0 < start <= end * _START_AT_ZERO:
        start = 0.0
    return (start, end) if _is_usable(start, end) else (start, start + max(1.0, abs(start) * 1e-6))


def _is_usable(start: float, end: float) -> bool:
    reach = max(abs(start), abs(end))
    return reach < _FARTHEST and max(1e-9 * reach, 1 / _FARTHEST) < end - start


def _points(layer: Layer) -> Points:
    return layer.data if isinstance(layer.data, Sequence) else ()


def _y_axis(layers: Sequence[Layer], x_range: Range, y_range: Range | None, rows: int, is_log: bool) -> YAxis:
    if y_range is not None and _is_usable(*y_range) and not (is_log and y_range[0] <= 0):
        return make_y_axis(*y_range, rows, is_log=is_log, is_fixed=True)
    values = np.concatenate([_extremes(layer, x_range, is_log) for layer in layers] or [np.empty(0)])
    values = values[np.isfinite(values) & ((values > 0) | (not is_log))]
    if not len(values):
        return make_y_axis(0.0, 1.0, rows, is_log=is_log)
    return make_y_axis(float(values.min()), float(values.max()), rows, is_log=is_log)


def _extremes(layer: Layer, x_range: Range, is_log: bool) -> Array:
    """The values that the y range must hold."""
    if isinstance(layer.data, Series):
        window = layer.data.window(*x_range)
        if layer.kind == "line":
            means: Array = window[SUM] / window[COUNT]
            return means
        bounds = np.concatenate((window[MINIMUM], window[MAXIMUM]))
        return bounds if is_log else _without_outliers(bounds)
    if isinstance(layer.data, Sequence):
        return np.array([y for x, y in layer.data if x_range[0] <= x <= x_range[1]], dtype=np.float64)
    return np.array([layer.data] if layer.kind == "level" else [], dtype=np.float64)


def _without_outliers(values: Array) -> Array:
    """Without the outer percent at each side, but only where that would flatten all the rest to a line."""
    if len(values) < 200:
        return values
    ordered = np.sort(values)
    edge = len(values) // 100
    low, high = ordered[edge], ordered[-1 - edge]
    reach = (high - low) * _OUTLIER_RATIO
    kept: Array = ordered if reach == 0 or ordered[-1] - ordered[0] <= reach else ordered[edge:-edge]
    return kept


def _label_width(axis: YAxis, width: int) -> int:
    """Cells for labels and ticks; none where they would leave no room to draw."""
    needed = max([_LEAST_LABEL, *(len(label) for label in axis.labels)]) + 1
    return needed if width - needed >= _LEAST_PLOT else 0
