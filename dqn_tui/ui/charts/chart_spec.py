"""The specification of a chart: everything in which charts differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.layer import Layer
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series, SmoothedSeries

Range = tuple[float, float]
Parts = list[tuple[str, float, str]]
"""Name, size and role of each part of a whole."""


def metric_layers(chart: ChartSpec, view: RunView, smoothing: int) -> list[Layer]:
    """Return the range of the values, and their moving average over it; a steady metric is a plain line."""
    series, line = chart.series(view), f"smooth-{chart.hue}"
    if chart.is_steady:
        return [Layer.line(series, line)]
    smoothed = chart.smoothed(view, smoothing)
    if smoothed is series:
        return [Layer.envelope(series, line)]
    name = SmoothedSeries.smoothing_name(chart.window(view, smoothing))
    return [Layer.envelope(series, f"raw-{chart.hue}"), Layer.line(smoothed, line, name=name)]


@dataclass(frozen=True, kw_only=True)
class ChartSpec:
    """A chart over environment steps, of one metric and what belongs to it.

    Attributes:
        series: values of the metric; the chart waits for the first of them, and is redrawn when they change.
        value: newest value as text, for the chart of one row.
        facts: short facts for the upper edge, the most important first.
        empty: text shown before the first value.
        note: one fact for the chart of one row; may be empty.
        title: title that depends on the run; an empty string keeps that of the pane.
        hue: theme colour: primary, accent or success.
        x_range: range of x where x counts no steps; None for steps.
        y_range: fixed range of the y axis; None follows the data.
        is_percent: whether the ticks of the y axis are percentages.
        is_steady: whether the metric changes without noise and is drawn as a plain line.
        is_per_progress: whether a point is one progress event rather than one episode.
        has_episodes: whether the crosshair selects a training episode, which can be played again.
        layers: layers of the picture for a strength of smoothing, from back to front.
        parts: parts of a whole, drawn as a bar in the chart of one row in place of a sparkline.
    """

    series: Callable[[RunView], Series]
    value: Callable[[RunView], str]
    facts: Callable[[RunScene, ChartSpec], Sequence[Row]]
    empty: Callable[[RunView], str]
    note: Callable[[RunView], str] = lambda _view: ""
    title: Callable[[RunView], str] = lambda _view: ""
    hue: str = "primary"
    x_range: Callable[[RunView], Range | None] | None = None
    y_range: Callable[[RunView], Range | None] = lambda _view: None
    is_percent: Callable[[RunView], bool] = lambda _view: False
    is_steady: bool = False
    is_per_progress: bool = False
    has_episodes: bool = False
    layers: Callable[[ChartSpec, RunView, int], list[Layer]] = metric_layers
    parts: Callable[[RunView], Parts] | None = None

    def window(self, view: RunView, smoothing: int) -> int:
        """Return the smoothing of this chart for the one that the user chose, both from `SmoothedSeries.WINDOWS`.

        Values of 0 and 1 are smoothed at least so far that they become a rate.
        """
        if self.series(view).is_binary:
            return max(smoothing, SmoothedSeries.RATE_WINDOW)
        return SmoothedSeries.lighter(smoothing) if self.is_per_progress else smoothing

    def smoothed(self, view: RunView, smoothing: int) -> Series:
        """Return the smoothed series, or the series itself where it has no averages."""
        return smooth(self.series(view), self.window(view, smoothing))


def smooth(series: Series, window: int) -> Series:
    """Return a moving average of the series, or the series itself where it has none."""
    return series.smooth(window) if isinstance(series, SmoothedSeries) else series
