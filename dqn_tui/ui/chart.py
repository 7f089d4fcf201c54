"""A chart in a box: layers over environment steps, with the newest values in the upper edge."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from textual import events

from dqn_tui.ui.charts import ChartSpec
from dqn_tui.ui.panel import FramedPanel, numbered_title
from dqn_tui.ui.rows import Row, centre_block
from dqn_tui.ui.scene import Scene
from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.layer import Layer
from dqn_tui.view.text import number, short_number


class Chart(FramedPanel):
    """One of the six charts. Under the mouse it tells step and value."""

    is_costly = True

    def __init__(self, scene: Scene, spec: ChartSpec) -> None:
        super().__init__(scene, id=spec.id)
        self.spec = spec
        self.pane = spec.id
        self._hover: int | None = None
        self._picture: ChartPicture | None = None

    def content_key(self) -> Hashable:
        """The x axis ends at the newest step, but less than half a dot of movement cannot be seen."""
        view = self.scene.shown
        dots = max(1, 2 * self.size.width)
        versions = (
            self.spec.series(view).version,
            view.step * dots // max(1, self._x_end()),
            len(view.evaluations),
        )
        return (*versions, view.step if not self._has_data() else 0, view.state == "WAITING", self._hover)

    def title_row(self) -> Row:
        """Number and name, and what is unusual about the axis."""
        row = numbered_title(self.spec.number, self.spec.label, is_selected=self.scene.selected == self.pane)
        if not self._is_log():
            return row
        least = self.spec.series(self.scene.shown).minimum
        is_cut = least is not None and least <= 0
        return [*row, ("  log y, values > 0 only" if is_cut else "  log y", "accent")]

    def facts(self) -> Sequence[Row]:
        """The newest values; under the mouse those of that step."""
        return self._hover_facts() or self.spec.facts(self.scene)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """The picture, or one quiet sentence while there is nothing to draw."""
        if not self._has_data() or width < 8 or height < 2:
            self._picture = None
            return centre_block([[(self.spec.empty(self.scene.shown), "muted")]], width, height)
        view, hover = self.scene.shown, self._hover_x()
        layers = self._layers()
        if hover is not None:
            layers.insert(0, Layer.cursor(hover))
        self._picture = draw_chart(
            width,
            height,
            layers,
            marker=self.scene.marker,
            is_log=self._is_log(),
            x_range=(0.0, float(self._x_end())),
            y_range=None if self._is_log() else self.spec.y_range(view),
        )
        return self._picture.rows

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point at a step."""
        self._hover = event.x - 1
        self.repaint_if_changed()

    def on_leave(self) -> None:
        """Point at nothing."""
        self._hover = None
        self.repaint_if_changed()

    def _layers(self) -> list[Layer]:
        """From the back to the front."""
        view, hue = self.scene.shown, self.spec.hue
        series = self.spec.series(view)
        if self.pane in ("epsilon", "buffer"):
            return [Layer.line(series, f"smooth-{hue}")]
        smooth = self.spec.drawn_series(view, self.scene.smoothing)
        is_smoothed = smooth is not series
        layers = [Layer.envelope(series, f"raw-{hue}" if is_smoothed else f"smooth-{hue}")]
        if is_smoothed:
            layers.append(Layer.line(smooth, f"smooth-{hue}"))
        if self.pane == "return":
            goal = [Layer.level(view.goal)] if view.goal is not None else []
            return [*goal, *layers, Layer.points([(point.step, point.mean) for point in view.evaluations])]
        if self.pane == "q" and view.target_mean.last is not None:
            return [Layer.line(view.target_mean, "target"), *layers]
        return layers

    def _has_data(self) -> bool:
        return self.spec.series(self.scene.shown).last is not None

    def _is_log(self) -> bool:
        return self.pane in self.scene.log_scaled

    def _x_end(self) -> int:
        return max(1, self.scene.shown.step)

    def _hover_x(self) -> float | None:
        if self._hover is None or self._picture is None:
            return None
        return self._picture.x_at(self._hover)

    def _hover_facts(self) -> list[Row]:
        x = self._hover_x()
        if x is None or self._picture is None:
            return []
        step = self._x_end() / max(1, self._picture.plot_width)
        columns = self.spec.series(self.scene.shown).columns(x - step / 2, x + step / 2, 1)
        low, high = float(columns.minimum[0]), float(columns.maximum[0])
        stretch = number(low) if low == high else f"{number(low)} to {number(high)}"
        value = "-" if math.isnan(low) else stretch
        return [[("step ", "muted"), (f"{short_number(round(x)):>6}", "text")], [(f"{value:>15}", "strong")]]
