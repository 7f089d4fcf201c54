"""Charts of one row: digit, name, newest value, a sparkline, and one fact where it fits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.cells import cell_len
from textual import events

from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, frame
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import number

_LABEL_WIDTH = 9
_NOTE_WIDTH = 20

NamedChart = tuple[PaneName, ChartSpec]


class MiniCharts(Panel):
    """A row for each chart that has no box of its own; a click on it focuses the chart."""

    def __init__(self, scene: Scene, charts: Sequence[NamedChart], *, framed_beside: str, id: str) -> None:
        super().__init__(scene, id=id)
        self._charts = charts
        self._framed_beside = framed_beside

    def content_key(self) -> Hashable:
        """Return the run's version and the layout, which decides which charts have boxes."""
        return (self.scene.shown.version, self.scene.placed)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows, in a box where they are beside other boxes."""
        if not self._is_framed():
            return [mini_row(*chart, self.scene, width) for chart in self._unplaced()[:height]]
        rows = [*(mini_row(*chart, self.scene, width - 2) for chart in self._unplaced()), self._training_row(width - 2)]
        return frame([("State", "title")], [], rows, width, height)

    def on_click(self, event: events.Click) -> None:
        """Choose the chart of that row."""
        charts = self._unplaced()
        row = event.y - self._is_framed()
        if 0 <= row < len(charts):
            self.post_message(self.PaneChosen(charts[row][0].id))

    def _is_framed(self) -> bool:
        return self.scene.has_place(self._framed_beside)

    def _unplaced(self) -> list[NamedChart]:
        return [chart for chart in self._charts if not self.scene.has_place(chart[0].id)]

    def _training_row(self, width: int) -> Row:
        metrics = self.scene.shown.metrics
        row: Row = [
            (f"   {'TD error':<{_LABEL_WIDTH}}", "muted"),
            (f"{number(metrics.get('train/td_error')):>7}", "text"),
        ]
        if width < 33:
            return row
        return [*row, ("  rate", "muted"), (f" {number(metrics.get('train/learning_rate')):>7}", "text")]


def mini_row(name: PaneName, spec: ChartSpec, scene: Scene, width: int) -> Row:
    """Return ` 2 Loss      0.0214  █▇▆▅▄▃  max 0.31`, at most `width` cells."""
    view = scene.shown
    has_data = spec.series(view).last is not None
    has_note = width >= 60
    room = width - 21 - (_NOTE_WIDTH + 1 if has_note else 1)
    row: Row = [
        (f" {name.sign:>1} ", "muted"),
        (f"{name.short:<{_LABEL_WIDTH}}", "text"),
        (f"{spec.value(view):>7} ", f"smooth-{spec.hue}"),
        (" ", "text"),
    ]
    if not has_data:
        reason = spec.empty(view)
        return [*row, (reason if cell_len(reason) <= width - 21 else "…", "dim")]
    row.append((sparkline(spec.series(view), room, scene.marker, y_range=spec.y_range(view)), f"spark-{spec.hue}"))
    if has_note:
        note = spec.note(view)
        row.append((" " + note if cell_len(note) < _NOTE_WIDTH else "", "muted"))
    return row
