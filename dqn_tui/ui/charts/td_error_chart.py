"""The chart of the TD errors: their median, and the range from the 10th to the 90th percentile."""

from __future__ import annotations

from dqn_tui.ui.charts.chart_facts import fact
from dqn_tui.ui.charts.chart_spec import ChartSpec, metric_layers
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.layer import Layer
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series
from dqn_tui.view.text import number


def td_errors(view: RunView) -> Series:
    """Return the medians; the means of a run that reports no percentiles."""
    return view.td_error if view.td_error_p50.last is None else view.td_error_p50


def td_error_layers(chart: ChartSpec, view: RunView, smoothing: int) -> list[Layer]:
    """Return the range of most errors with their median in front."""
    if view.td_error_p50.last is None:
        return metric_layers(chart, view, smoothing)
    return [
        Layer.band(view.td_error_p10, view.td_error_p90, "raw-accent", "10-90%"),
        Layer.line(view.td_error_p50, "smooth-accent", "median"),
    ]


def td_error_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return the newest median and percentiles."""
    view = scene.shown
    if view.td_error_p50.last is None:
        return [fact("mean", number(view.td_error.last), "smooth-accent")]
    spread = f"{number(view.td_error_p10.last)} to {number(view.td_error_p90.last)}"
    return [fact("median", number(view.td_error_p50.last), "smooth-accent"), fact("10-90%", spread, width=14)]
