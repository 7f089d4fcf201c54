"""Charts of one row: number, name, newest value, a sparkline, and one fact where there is room."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rich.cells import cell_len
from textual import events

from dqn_tui.ui.charts import SHORT_LABELS, SPECS, ChartSpec
from dqn_tui.ui.panel import Panel
from dqn_tui.ui.rows import Row, frame
from dqn_tui.ui.scene import Scene
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import number, short_number

_LABEL_WIDTH = 9
_NOTE_WIDTH = 20


class MiniCharts(Panel):
    """A row for every chart that has no box of its own. A click on one gives it the focus."""

    is_costly = True

    def __init__(self, scene: Scene, select: Callable[[str], None], *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._select = select

    def content_key(self) -> Hashable:
        """Which charts there are depends on the layout."""
        return (self.scene.shown.version, self.scene.placed)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """The rows, in a box where they stand beside other boxes."""
        if not self._is_framed():
            return [mini_row(spec, self.scene, width) for spec in self._specs()[:height]]
        rows = [mini_row(spec, self.scene, width - 2) for spec in self._specs()] + self._extra_rows(width - 2)
        return frame([("State", "title")], [], rows, width, height)

    def on_click(self, event: events.Click) -> None:
        """Give the chart of that row the focus."""
        specs = self._specs()
        row = event.y - self._is_framed()
        if 0 <= row < len(specs):
            self._select(specs[row].id)

    def _is_framed(self) -> bool:
        return "facts" in self.scene.placed

    def _specs(self) -> list[ChartSpec]:
        return [spec for spec in SPECS if spec.id not in self.scene.placed]

    def _extra_rows(self, width: int) -> list[Row]:
        view = self.scene.shown
        names = ("train/learning_rate", "train/td_error", "train/grad_norm")
        rate, error, gradient = (number(view.metrics.get(name)) for name in names)
        left = [("Updates", short_number(view.updates)), ("TD error", error)]
        right = [("rate", rate), ("grad", gradient)] if width >= 33 else [None, None]
        return [_pair(*pair) for pair in zip(left, right, strict=True)]


def _pair(left: tuple[str, str], right: tuple[str, str] | None) -> Row:
    row: Row = [(f"   {left[0]:<{_LABEL_WIDTH}}", "muted"), (f"{left[1]:>7}", "text")]
    return row if right is None else [*row, (f"  {right[0]:<4}", "muted"), (f" {right[1]:>7}", "text")]


def mini_row(spec: ChartSpec, scene: Scene, width: int) -> Row:
    """` 2 Loss      0.0214  █▇▆▅▄▃  max 0.31`, exactly `width` cells."""
    view = scene.shown
    label = SHORT_LABELS.get(spec.id, spec.label)
    has_data = spec.series(view).last is not None
    row: Row = [
        (f" {spec.number} ", "muted"),
        (f"{label:<{_LABEL_WIDTH}}", "text"),
        (f"{spec.value(view):>7} ", f"smooth-{spec.hue}"),
    ]
    has_note = width >= 60
    room = width - 21 - (_NOTE_WIDTH + 1 if has_note else 1)
    row.append((" ", "text"))
    if not has_data:
        reason = spec.empty(view)
        row.append((reason if cell_len(reason) <= width - 21 else "…", "dim"))
    else:
        row.append(
            (
                sparkline(spec.series(view), room, scene.marker, y_range=spec.y_range(view)),
                f"spark-{spec.hue}",
            )
        )
    if has_note and has_data:
        note = spec.note(view)
        row.append((" " + note if cell_len(note) < _NOTE_WIDTH else "", "muted"))
    return row
