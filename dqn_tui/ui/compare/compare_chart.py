"""A chart with a line for each run, or a curve for each group of runs."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from textual import events

from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.view.buckets import LAST, Buckets
from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.compared_metrics import ComparedMetric
from dqn_tui.view.layer import Layer
from dqn_tui.view.text import number, short_number


class CompareChart(FramedPanel):
    """One metric of all runs; under the mouse it shows the values at that x."""

    scene: CompareScene

    def __init__(self, scene: CompareScene, pane: PaneName, metric: ComparedMetric) -> None:
        super().__init__(scene, pane)
        self._metric = metric
        self._hover: int | None = None
        self._picture: ChartPicture | None = None

    def content_key(self) -> Hashable:
        """Return the version of the comparison and the place of the mouse."""
        return (self.scene.comparison.version, self._hover)

    def title_row(self) -> Row:
        """Return digit and name, and whether the axis is logarithmic."""
        row = super().title_row()
        return [*row, ("  log y", "accent")] if self._is_log else row

    def facts(self) -> Sequence[Row]:
        """Return mark and newest value of each line, the highest first; under the mouse the values there."""
        scene = self.scene
        x = self._hover_x()
        lines = scene.layers.lines(self._metric, scene.axis, scene.smoothing, scene.by)
        values = [(self._value(series, x), mark, role) for mark, role, series in lines]
        known = sorted((item for item in values if not math.isnan(item[0])), key=lambda item: -item[0])
        facts: list[Row] = [[(f"{mark} ", role), (number(value), "text")] for value, mark, role in known]
        return facts if x is None else [[(f"{scene.axis} ", "muted"), (short_number(round(x)), "strong")], *facts]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture, or one quiet word while there is nothing to draw."""
        scene, metric = self.scene, self._metric
        layers = scene.layers.of(metric, scene.axis, scene.smoothing, scene.by)
        if not layers or width < 8 or height < 2:
            self._picture = None
            return centre_block([[("no values yet" if scene.is_read else "reading…", "muted")]], width, height)
        if (x := self._hover_x()) is not None:
            layers.insert(0, Layer.cursor(x))
        self._picture = draw_chart(
            width,
            height,
            layers,
            marker=scene.marker,
            is_log=self._is_log,
            x_range=(0.0, scene.comparison.x_end(scene.axis)),
            y_range=None if self._is_log else metric.y_range,
        )
        return [[*row] for row in self._picture.rows]

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point at an x."""
        self._hover = event.x - 1
        self.repaint_if_changed()

    def on_leave(self) -> None:
        """Point at nothing."""
        self._hover = None
        self.repaint_if_changed()

    @property
    def _is_log(self) -> bool:
        return self.id in self.scene.log_scaled

    def _hover_x(self) -> float | None:
        return None if self._hover is None or self._picture is None else self._picture.x_at(self._hover)

    def _value(self, series: Buckets, x: float | None) -> float:
        """Return the newest value, or the mean of the column of cells at x; NaN where there is none."""
        if x is None or self._picture is None:
            newest = series.rows()[LAST, -1:]
            return float(newest[0]) if len(newest) else math.nan
        half = self.scene.comparison.x_end(self.scene.axis) / max(1, self._picture.plot_width) / 2
        return float(series.columns(x - half, x + half, 1).mean[0])
