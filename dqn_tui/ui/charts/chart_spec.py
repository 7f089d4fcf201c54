"""The specification of a chart: everything in which charts differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.layer import Layer, Points
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series, SmoothedSeries

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class ChartSpec:
    """A chart of one metric over environment steps.

    Attributes:
        series: values of the metric.
        value: newest value as text, for the chart of one row.
        facts: short facts for the upper edge, the most important first.
        empty: text shown before the first value.
        note: one fact for the chart of one row; may be empty.
        hue: theme colour: primary, accent or success.
        y_range: fixed range of the y axis; None follows the data.
        is_steady: whether the metric changes without noise and is drawn as a plain line.
        is_per_progress: whether a point is one progress event rather than one episode.
        reference: second series, drawn behind the metric; None for none.
        goal: level to reach, drawn as a dashed line; None for none.
        points: single points (step, value), drawn in front of the metric.
    """

    series: Callable[[RunView], Series]
    value: Callable[[RunView], str]
    facts: Callable[[Scene, ChartSpec], Sequence[Row]]
    empty: Callable[[RunView], str]
    note: Callable[[RunView], str] = lambda _view: ""
    hue: str = "primary"
    y_range: Callable[[RunView], Range | None] = lambda _view: None
    is_steady: bool = False
    is_per_progress: bool = False
    reference: Callable[[RunView], Series] | None = None
    goal: Callable[[RunView], float | None] = lambda _view: None
    points: Callable[[RunView], Points] = lambda _view: ()

    def window(self, smoothing: int) -> int:
        """Return the smoothing of this chart for the one that the user chose, both from `SmoothedSeries.WINDOWS`."""
        return SmoothedSeries.lighter(smoothing) if self.is_per_progress else smoothing

    def smoothed(self, view: RunView, smoothing: int) -> Series:
        """Return the smoothed series, or the series itself where it has no means."""
        series = self.series(view)
        return series.smooth(self.window(smoothing)) if isinstance(series, SmoothedSeries) else series

    def layers(self, view: RunView, smoothing: int) -> list[Layer]:
        """Return the layers of the picture, from back to front."""
        level = self.goal(view)
        behind = [] if level is None else [Layer.level(level)]
        if self.reference is not None and self.reference(view).last is not None:
            behind.append(Layer.line(self.reference(view), "target"))
        points = self.points(view)
        return [*behind, *self._metric_layers(view, smoothing), *([Layer.points(points)] if points else [])]

    def _metric_layers(self, view: RunView, smoothing: int) -> list[Layer]:
        series, line = self.series(view), f"smooth-{self.hue}"
        if self.is_steady:
            return [Layer.line(series, line)]
        smoothed = self.smoothed(view, smoothing)
        if smoothed is series:
            return [Layer.envelope(series, line)]
        return [Layer.envelope(series, f"raw-{self.hue}"), Layer.line(smoothed, line)]
