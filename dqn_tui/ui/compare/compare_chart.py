"""A chart with a line for each run, or a curve for each group of runs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.charts.chart_panel import ChartPanel
from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.compare.line_facts import Read, line_facts, line_values, newest, reader
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.rows import Row, row_width
from dqn_tui.view.buckets import MINIMUM
from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.compared_metrics import ComparedMetric
from dqn_tui.view.x_scale import XScale

# Corners and gaps of the upper edge, beside title and facts.
_AROUND_FACTS = 8


class CompareChart(ChartPanel):
    """One metric of all runs."""

    scene: CompareScene

    def __init__(self, scene: CompareScene, pane: PaneName, metric: ComparedMetric) -> None:
        super().__init__(scene, pane)
        self._metric = metric

    def content_key(self) -> Hashable:
        """Return the version of the comparison, and what is in sight."""
        return (self.scene.comparison.version, self.scene.is_read, self.sight_key())

    def has_values_without_logarithm(self) -> bool:
        """Return whether values of a line are not above 0."""
        layers = self.picture.layers if self.picture else ()
        return any((layer.series[0].rows()[MINIMUM] <= 0).any() for layer in layers if layer.kind == "line")

    def newest_facts(self) -> Sequence[Row]:
        """Return mark and newest value of each line, the highest first."""
        return self._facts(newest)

    def facts_at(self, picture: ChartPicture, x: float) -> Sequence[Row]:
        """Return mark and value of each line at x, the highest first."""
        column = picture.cells.at(x)
        return () if column is None else self._facts(reader(picture.cells, column))

    def empty(self) -> str:
        """Return whether there may still be values."""
        return "no values yet" if self.scene.is_read else "reading…"

    def draw(self, width: int, height: int) -> ChartPicture | None:
        """Return the picture of all runs; None where none of them has recorded the metric."""
        scene, metric, unit = self.scene, self._metric, self.scene.viewport.unit
        layers = scene.layers.of(metric, unit, scene.smoothing, scene.by)
        if not layers:
            return None
        return draw_chart(
            width,
            height,
            layers,
            marker=scene.marker,
            is_log=self.is_log,
            x_range=scene.x_range,
            y_range=self.y_window or (None if self.is_log else metric.y_range),
            # The layers are over this axis already, each run on its own scale.
            x_scale=XScale(unit),
            crosshair=scene.viewport.crosshair,
        )

    def _facts(self, read: Read) -> list[Row]:
        layers = self.picture.layers if self.picture else ()
        room = self.size.width - _AROUND_FACTS - row_width(self.title_row())
        return line_facts(line_values(layers, read), room)
