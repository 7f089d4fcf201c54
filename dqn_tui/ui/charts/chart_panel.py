"""A chart in a box: layers over environment steps, with the newest values in the upper edge."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from textual import events

from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.layer import Layer
from dqn_tui.view.text import number, short_number

LEGEND = HelpTable(
    "In the charts",
    (
        ("━━", "smooth-primary", "moving average (m, M: how strong)"),
        ("░░", "raw-primary", "all values, from lowest to highest"),
        ("◆", "evaluation", "greedy evaluation"),
        ("╌╌", "goal", "goal: the return that counts as solved"),
        ("━━", "target", "target: what Q is trained towards"),
    ),
)


class ChartPanel(FramedPanel):
    """A chart; under the mouse it shows step and value."""

    def __init__(self, scene: Scene, pane: PaneName, spec: ChartSpec) -> None:
        super().__init__(scene, pane)
        self._spec = spec
        self._hover: int | None = None
        self._picture: ChartPicture | None = None

    def content_key(self) -> Hashable:
        """Return versions of the data, and the newest step as far as it moves the x axis by half a dot."""
        view, spec = self.scene.shown, self._spec
        dots = max(1, 2 * self.size.width)
        versions = (spec.series(view).version, *view.evaluations[-1:], view.goal)
        # Equal while the data on the axis move by less than half a dot.
        end = int(dots * math.log(self._x_end()))
        waiting = (view.state == "WAITING", view.is_over, view.step if not self._has_data() else 0)
        return (*versions, end, *waiting, self._hover)

    def title_row(self) -> Row:
        """Return digit and name, and what is unusual about the axis."""
        row = super().title_row()
        if title := self._spec.title(self.scene.shown):
            row[-1] = (title, row[-1][1])
        if not self._is_log():
            return row
        least = self._spec.series(self.scene.shown).minimum
        is_cut = least is not None and least <= 0
        return [*row, ("  log y, values > 0 only" if is_cut else "  log y", "accent")]

    def facts(self) -> Sequence[Row]:
        """Return the newest values, or those of the step under the mouse."""
        return self._hover_facts() or self._spec.facts(self.scene, self._spec)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture, or one quiet sentence while there is nothing to draw."""
        if not self._has_data() or width < 8 or height < 2:
            self._picture = None
            return centre_block([[(self._spec.empty(self.scene.shown), "muted")]], width, height)
        view, hover = self.scene.shown, self._hover_x()
        layers = self._spec.layers(self._spec, view, self.scene.smoothing)
        if hover is not None:
            layers.insert(0, Layer.cursor(hover))
        self._picture = draw_chart(
            width,
            height,
            layers,
            marker=self.scene.marker,
            is_log=self._is_log(),
            is_percent=self._spec.is_percent(view),
            x_range=self._spec.x_range(view) if self._spec.x_range else (0.0, float(self._x_end())),
            y_range=None if self._is_log() else self._spec.y_range(view),
        )
        return [[*row] for row in self._picture.rows]

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point at a step."""
        self._hover = event.x - 1 if self._spec.x_range is None else None
        self.repaint_if_changed()

    def on_leave(self) -> None:
        """Point at nothing."""
        self._hover = None
        self.repaint_if_changed()

    def _has_data(self) -> bool:
        return self._spec.series(self.scene.shown).last is not None

    def _is_log(self) -> bool:
        return self.id in self.scene.log_scaled

    def _x_end(self) -> int:
        return max(1, self.scene.shown.step)

    def _hover_x(self) -> float | None:
        if self._hover is None or self._picture is None or self._spec.x_range:
            return None
        return self._picture.x_at(self._hover)

    def _hover_facts(self) -> list[Row]:
        x = self._hover_x()
        if x is None or self._picture is None:
            return []
        step = self._x_end() / max(1, self._picture.plot_width)
        columns = self._spec.series(self.scene.shown).columns(x - step / 2, x + step / 2, 1)
        low, high = float(columns.minimum[0]), float(columns.maximum[0])
        stretch = number(low) if low == high else f"{number(low)} to {number(high)}"
        value = "-" if math.isnan(low) else stretch
        return [[("step ", "muted"), (f"{short_number(round(x)):>6}", "text")], [(f"{value:>15}", "strong")]]
