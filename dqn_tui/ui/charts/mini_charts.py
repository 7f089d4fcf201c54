"""Charts of one row: digit, name, newest value, a sparkline or a bar, and one fact where it fits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.cells import cell_len
from textual import events

from dqn_tui.ui.charts.chart_spec import ChartSpec, Parts
from dqn_tui.ui.charts.readout import shown_as
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, fit, frame
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.cells import Cells
from dqn_tui.view.crosshair import read_layers
from dqn_tui.view.sparkline import sparkline

_LABEL_WIDTH = 9
_HEAD_WIDTH = 21
_NOTE_WIDTH = 20
# Digit, name and value alone; narrower rows than the least hold no more.
_BARE_WIDTH = 18
_LEAST_WIDTH = 28
_TWO_COLUMNS_FROM = 76
_PART_SIGNS = "#=:%+o"

NamedChart = tuple[PaneName, ChartSpec]


def column_count(width: int) -> int:
    """Return in how many columns the rows are set where they have no box."""
    return 2 if width >= _TWO_COLUMNS_FROM else 1


class MiniCharts(Panel):
    """A row for each chart that has no box of its own; a click on it focuses the chart."""

    scene: RunScene

    def __init__(self, scene: RunScene, charts: Sequence[NamedChart], *, framed_beside: str, id: str) -> None:
        super().__init__(scene, id=id)
        self._charts = charts
        self._framed_beside = framed_beside

    def content_key(self) -> Hashable:
        """Return the run's version, what is in sight, and the layout, which decides which charts have boxes."""
        return (self.scene.shown.version, self.scene.placed, self.scene.viewport.version)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows, in a box where they are beside other boxes."""
        if not self._is_framed():
            return self._grid(width, height)
        return frame([("State", "title")], [], self._grid(width - 2, height - 2), width, height)

    def on_click(self, event: events.Click) -> None:
        """Choose the chart under the mouse."""
        edge = int(self._is_framed())
        columns = self._columns(self.size.width - 2 * edge, self.size.height - 2 * edge)
        row, inside = event.y - edge, event.x - edge
        place = inside * len(columns) // max(1, self.size.width - 2 * edge)
        if 0 <= place < len(columns) and 0 <= row < len(columns[place]):
            self.post_message(self.PaneChosen(columns[place][row][0].id))

    def _is_framed(self) -> bool:
        return self.scene.has_place(self._framed_beside)

    def _unplaced(self) -> list[NamedChart]:
        return [chart for chart in self._charts if not self.scene.has_place(chart[0].id)]

    def _columns(self, width: int, height: int) -> list[list[NamedChart]]:
        """Return the charts in columns: two where they fit beside each other, or have too few rows below each other."""
        charts = self._unplaced()
        is_crowded = len(charts) > height and width >= 2 * _BARE_WIDTH
        count = 2 if self._is_framed() and is_crowded else column_count(width)
        height = min(height, -(-len(charts) // count))
        return [charts[start * height :][:height] for start in range(count)]

    def _grid(self, width: int, height: int) -> list[Row]:
        columns = self._columns(width, height)
        each = width // len(columns)
        rows: list[Row] = []
        for place in range(len(columns[0])):
            cells = [mini_row(*column[place], self.scene, each) for column in columns if place < len(column)]
            rows.append([run for cell in cells for run in fit(cell, each)])
        return rows


def mini_row(name: PaneName, spec: ChartSpec, scene: RunScene, width: int) -> Row:
    """Return ` 2 Loss      0.0214  █▇▆▅▄▃  max 0.31`, at most `width` cells."""
    view = scene.shown
    has_data = spec.series(view).last is not None
    if width < _LEAST_WIDTH:
        value = _Moment(spec, scene, 1).value if has_data else "-"
        label = (f"{name.short:<{_LABEL_WIDTH}}", "text")
        return [(f"{name.sign:>1} ", "muted"), label, (f"{value:>{min(7, width - 11)}}", f"smooth-{spec.hue}")]
    has_note = width >= 60
    room = width - _HEAD_WIDTH - (_NOTE_WIDTH + 1 if has_note else 1)
    moment = _Moment(spec, scene, max(1, room))
    row: Row = [
        (f" {name.sign:>1} ", "muted"),
        (f"{name.short:<{_LABEL_WIDTH}}", "text"),
        (f"{moment.value if has_data else '-':>7}  ", f"smooth-{spec.hue}"),
    ]
    if not has_data:
        return [*row, (_waiting(spec.empty(view), width - _HEAD_WIDTH), "dim")]
    row += moment.picture(room)
    if has_note:
        note = moment.note
        row.append((" " + note if cell_len(note) < _NOTE_WIDTH else "", "muted"))
    return row


class _Moment:
    """A chart of one row at the crosshair, or at the newest step where there is none.

    Args:
        columns: cells of its sparkline.
    """

    def __init__(self, spec: ChartSpec, scene: RunScene, columns: int) -> None:
        self._spec, self._scene, self._view = spec, scene, scene.shown
        self._series = scene.x_scale.place_series(spec.series(self._view))
        self._cells = Cells(*scene.x_range, columns)
        x = scene.viewport.crosshair
        self._column = None if x is None else self._cells.at(x)
        self._show = shown_as(is_percent=spec.is_percent(self._view))
        self._reading = None if self._column is None else self._series.read(self._cells, self._column)

    @property
    def value(self) -> str:
        """The value there, a mean where a column holds several."""
        if self._column is None:
            return self._spec.value(self._view)
        if shares := self._shares():
            return self._show(max(share for _, share, _ in shares))
        return "-" if self._reading is None else self._show(self._reading.mean)

    @property
    def note(self) -> str:
        """One fact: the values of the column, or what the chart says of the newest."""
        if self._column is None:
            return self._spec.note(self._view)
        if shares := self._shares():
            return max(shares, key=lambda part: part[1])[0]
        reading = self._reading
        if reading is None or reading.points == 1:
            return ""
        return f"{self._show(reading.low)} to {self._show(reading.high)}"

    def picture(self, width: int) -> Row:
        """Return the sparkline, with the crosshair's column marked, or the bar of the parts."""
        spec, scene = self._spec, self._scene
        if spec.parts is not None:
            parts = spec.parts(self._view) if self._column is None else self._shares() or self._filled()
            return parts_bar(parts, width, is_ascii=scene.is_ascii)
        line = sparkline(
            spec.series(self._view),
            width,
            scene.marker,
            y_range=spec.y_range(self._view),
            x_range=scene.x_range,
            x_scale=scene.x_scale,
        )
        role, at = f"spark-{spec.hue}", self._column
        if at is None or not line:
            return [(line, role)]
        mark = line[at] if line[at] != " " else "|" if scene.is_ascii else "│"
        return [(line[:at], role), (mark, "strong"), (line[at + 1 :], role)]

    def _shares(self) -> Parts:
        """Return the parts at the crosshair, where the chart draws shares."""
        layers = self._spec.layers(self._spec, self._view, self._scene.smoothing)
        if self._column is None or not layers or layers[0].kind != "shares":
            return []
        placed = [self._scene.x_scale.place(layers[0])]
        readings = read_layers(placed, self._cells, self._column)
        return [(one.name, one.value, one.role) for one in readings if isinstance(one.value, float)]

    def _filled(self) -> Parts:
        """Return the value at the crosshair as a share of the range of y."""
        bounds = self._spec.y_range(self._view)
        return [("", self._reading.mean / bounds[1], "bar")] if self._reading and bounds and bounds[1] else []


def _waiting(reason: str, width: int) -> str:
    """Return the longest form of the reason that fits: all of it, or a sign."""
    return reason if cell_len(reason) <= width else "…"


def parts_bar(parts: Parts, width: int, *, is_ascii: bool) -> Row:
    """Return a bar of exactly `width` cells, cut in proportion to the parts of a whole; the rest of it is dim."""
    row: Row = []
    total = start = 0.0
    for place, (_, share, role) in enumerate(parts):
        total = min(1.0, total + max(0.0, share))
        end = round(total * width)
        sign = _PART_SIGNS[place % len(_PART_SIGNS)] if is_ascii else "▇"
        row.append((sign * int(end - start), role))
        start = end
    return [*row, (("-" if is_ascii else "▇") * int(width - start), "bar-rest")]
