"""Facts, notes and waiting texts that charts share."""

from __future__ import annotations

from collections.abc import Callable

from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.text import number

Show = Callable[[float | None], str]


def fact(label: str, value: str, role: str = "muted", width: int = 6) -> Row:
    """Return `label value`, the value aligned to the right."""
    return [(f"{label} ", role), (f"{value:>{width}}", "text")]


def mean_fact(scene: RunScene, chart: ChartSpec, show: Show = number) -> Row:
    """Return the newest value of the smoothed series: `ema20  287.4`, or `raw  310`."""
    view = scene.shown
    label = SmoothedSeries.smoothing_name(chart.window(view, scene.smoothing))
    return fact(label, show(chart.smoothed(view, scene.smoothing).last), f"smooth-{chart.hue}")


def last_fact(scene: RunScene, chart: ChartSpec, show: Show = number) -> Row:
    """Return the newest value."""
    return fact("last", show(chart.series(scene.shown).last))


def max_fact(scene: RunScene, chart: ChartSpec, show: Show = number) -> Row:
    """Return the highest value so far."""
    return fact("max", show(chart.series(scene.shown).maximum))


def until_learning(view: RunView) -> str:
    """Return what a metric of the updates waits for."""
    if view.state == "WAITING":
        return "loading…"
    if view.is_over or 0 < view.total_timesteps <= view.learning_starts:
        return "no learning in this run"
    left = view.learning_starts - view.step
    return f"learning starts in {left:,} steps" if left > 0 else "learning starts"


def until_episode(view: RunView) -> str:
    """Return what a metric of the episodes waits for."""
    if view.state == "WAITING":
        return "loading…"
    return "no episode has ended" if view.is_over else "the first episode is running"


def until_progress(view: RunView) -> str:
    """Return what any other metric waits for."""
    if view.state == "WAITING":
        return "loading…"
    return "no values" if view.is_over else "no values yet"


def until_measured(view: RunView) -> str:
    """Return what a measurement of the process waits for."""
    if view.state == "WAITING":
        return "loading…"
    return "not measured" if view.is_over else "measured once training runs"
