"""Charts as text: layers on a grid of characters, with axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dqn_tui.view.canvas import GRID, Canvas
from dqn_tui.view.cells import Cells
from dqn_tui.view.crosshair import LayerReading, read_layers
from dqn_tui.view.layer import Layer
from dqn_tui.view.paint import end_labels, paint, paint_grid
from dqn_tui.view.plot import Plot, Range
from dqn_tui.view.ranges import find_x_range, make_axis
from dqn_tui.view.raster import DOTS
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.text import ASCII
from dqn_tui.view.tick_labels import percent_ticks
from dqn_tui.view.x_scale import STEPS, XScale
from dqn_tui.view.y_axis import YAxis

_LEAST_LABEL = 4
_LEAST_PLOT = 6
# Below, a plot is too small for a grid, and for labels of layers.
_LEAST_GRID = (20, 5)
_LEAST_LABELLED = (20, 3)
# Rows from which lines are two and three dots thick.
_THICK_ROWS = (10, 28)
_LINE_CHARS = "*+x%"


@dataclass(frozen=True)
class ChartPicture:
    """A drawn chart.

    Attributes:
        rows: for each row runs of (text, role), together exactly as wide as requested. A role `"a on b"` is drawn in
            the colour of a on that of b.
        plot_left: cells left of the plot.
        plot_width: cells of the plot.
        plot_height: rows of the plot, above the row of the x axis.
        x_range: x at the plot's left and right edge.
        y_range: the values on the reference lines of its bottom and top row.
        layers: what is drawn, over its x axis.
        is_log: whether heights are logarithms.
    """

    rows: list[list[tuple[str, str]]]
    plot_left: int
    plot_width: int
    plot_height: int
    x_range: Range
    y_range: Range
    layers: tuple[Layer, ...] = ()
    is_log: bool = False

    @property
    def cells(self) -> Cells:
        """The columns of the plot along x."""
        return Cells(*self.x_range, self.plot_width)

    def x_at(self, cell: int) -> float | None:
        """Return x in the middle of a column of cells; None outside the plot."""
        column = cell - self.plot_left
        return self.cells.middle(column) if 0 <= column < self.plot_width else None

    def y_at(self, row: int) -> float | None:
        """Return the value on the reference line of a row of cells; None outside the plot."""
        if not (0 <= row < self.plot_height and self.plot_height > 1):
            return None
        share = row / (self.plot_height - 1)
        bottom, top = self.y_range
        return top * (bottom / top) ** share if self.is_log else top + (bottom - top) * share

    def read(self, x: float) -> list[LayerReading]:
        """Return what the layers show in the column of an x, the front one first; nothing outside the plot."""
        column = self.cells.at(x)
        return [] if column is None else read_layers(self.layers, self.cells, column)


def draw_chart(
    width: int,
    height: int,
    layers: Sequence[Layer],
    *,
    marker: str = "braille",
    is_log: bool = False,
    is_percent: bool = False,
    x_range: Range | None = None,
    y_range: Range | None = None,
    x_scale: XScale = STEPS,
    crosshair: float | None = None,
) -> ChartPicture:
    """Draw layers over steps on `width` x `height` cells, axes included, the x axis as `x_scale` counts it.

    Without ranges the chart shows all of x, and y from the data in that stretch. Either way the y axis is rounded
    outward to rows. A range with bounds that are not finite, or in the wrong order, counts as none. With `is_percent`
    the labels of the y axis are percentages, 1 being 100%. A crosshair marks an x; it hides no data.
    """
    width, height = max(0, width), max(0, height)
    if y_range is None and any(_is_wall(layer) for layer in layers):
        y_range = (0.0, 1.0)
    layers = [x_scale.place(layer) for layer in _with_rates(layers)]
    rows = height - 1 if height >= 3 else height
    x_range = find_x_range(layers, x_range)
    axis = make_axis(layers, x_range, y_range, max(1, rows), is_log)
    if is_percent and not is_log:
        axis = _in_percent(axis)
    left = _tick_width(axis, width)
    right = _label_width(layers, width - left, rows)
    marker = marker if marker in DOTS else ASCII
    plot = Plot(max(0, width - left - right), marker, x_range, axis, _thickness(rows, marker))
    canvas = Canvas(width, height, left, plot)
    if plot.width and height:
        unit = None if any(layer.kind == "scatter" for layer in layers) else x_scale.unit
        canvas.draw_axes(unit, crosshair)
        _draw(canvas, plot, _with_crosshair(layers, crosshair), has_labels=right > 0)
    return ChartPicture(canvas.runs(), left, plot.width, rows, x_range, (axis.bottom, axis.top), tuple(layers), is_log)


def _with_crosshair(layers: Sequence[Layer], x: float | None) -> Sequence[Layer]:
    """Return the layers with a crosshair behind them, or in front of shares, which leave no cell free."""
    if x is None:
        return layers
    has_shares = any(layer.kind == "shares" for layer in layers)
    return [*layers, Layer.cursor(x)] if has_shares else [Layer.cursor(x), *layers]


def _in_percent(axis: YAxis) -> YAxis:
    """Return the axis with percentages as labels, none of them above 100%."""
    count = sum(tick <= 1 for tick in axis.ticks)
    labels = percent_ticks(axis.ticks[:count], axis.scale.step)
    return replace(axis, ticks=axis.ticks[:count], tick_rows=axis.tick_rows[:count], labels=labels)


def _draw(canvas: Canvas, plot: Plot, layers: Sequence[Layer], *, has_labels: bool) -> None:
    if plot.width >= _LEAST_GRID[0] and plot.axis.rows >= _LEAST_GRID[1]:
        canvas.put(paint_grid(plot), GRID)
    lines = 0
    for layer in layers:
        for glyphs, role in paint(layer, plot, _LINE_CHARS[lines % len(_LINE_CHARS)]):
            if layer.kind == "cursor":
                canvas.put_over(glyphs, role, [name for one in layers for name in one.roles])
            else:
                canvas.put(glyphs, role)
        lines += layer.kind == "line"
    if has_labels:
        canvas.draw_labels([label for layer in reversed(layers) for label in end_labels(layer, plot)])


def _is_wall(layer: Layer) -> bool:
    series = layer.series[0] if layer.kind == "envelope" else None
    return isinstance(series, Series) and series.is_binary


def _with_rates(layers: Sequence[Layer]) -> list[Layer]:
    """Replace envelopes of 0s and 1s, which would be solid walls, by the rate; drop them where a line shows it."""
    has_line = any(layer.kind == "line" for layer in layers)
    result = []
    for layer in layers:
        if not _is_wall(layer):
            result.append(layer)
        elif not has_line:
            series = layer.series[0]
            rate = series.rate if isinstance(series, SmoothedSeries) else series
            result.append(replace(layer, kind="line", series=(rate,), name="rate"))
    return result


def _thickness(rows: int, marker: str) -> int:
    """Return the dots of a line: a dot of block characters is as high as two of braille."""
    dots = 1 + sum(rows >= least for least in _THICK_ROWS)
    return (dots + 1) // 2 if marker == "block" else dots


def _tick_width(axis: YAxis, width: int) -> int:
    """Return the cells for labels and ticks; none where they would leave no room to draw."""
    needed = max([_LEAST_LABEL, *(len(label) for label in axis.labels)]) + 1
    return needed if width - needed >= _LEAST_PLOT else 0


def _label_width(layers: Sequence[Layer], width: int, rows: int) -> int:
    """Return the cells for the labels of layers; none where the plot would become too small."""
    longest = max((len(text) for layer in layers for text in (layer.label, *layer.labels)), default=0)
    has_room = width - longest - 1 >= _LEAST_LABELLED[0] and rows >= _LEAST_LABELLED[1]
    return longest + 1 if longest and has_room else 0
