"""The chart of the return: training episodes, greedy evaluations, and the goal."""

from __future__ import annotations

from functools import partial

from dqn_tui.ui.charts.chart_facts import fact, mean_fact, until_episode
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.layer import Layer
from dqn_tui.view.returns import is_success_rate, return_text
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.text import fixed


def _facts(scene: RunScene, chart: ChartSpec) -> list[Row]:
    view = scene.shown
    show = partial(return_text, view)
    facts = [mean_fact(scene, chart, show)]
    if view.last_evaluation is not None:
        facts.append(fact("◆ eval", show(view.last_evaluation.mean), "evaluation"))
    if view.goal is not None:
        facts.append([("╌ goal ", "goal"), (show(view.goal), "text")])
    if not is_success_rate(view):
        facts += [fact("best ep", fixed(view.best_return)), fact("last ep", fixed(view.last_return))]
    return [*facts, fact("episode", f"{view.episodes:,}")]


def _layers(chart: ChartSpec, view: RunView, smoothing: int) -> list[Layer]:
    """Return the layers, the goal in front of the single returns so that it remains visible."""
    window = chart.window(view, smoothing)
    layers = [Layer.envelope(view.returns, "raw-primary" if window > 1 else "smooth-primary")]
    if view.goal is not None:
        layers.append(Layer.level(view.goal, label="goal"))
    if window > 1:
        name = SmoothedSeries.smoothing_name(window)
        layers.append(Layer.line(view.returns.smooth(window), "smooth-primary", name))
    points = [(point.step, point.mean) for point in view.evaluations]
    return [*layers, *([Layer.points(points, label="eval")] if points else [])]


RETURN_CHART = ChartSpec(
    series=lambda view: view.returns,
    value=lambda view: fixed(view.last_return),
    facts=_facts,
    note=lambda view: f"mean100 {return_text(view, view.mean_return_100)}",
    empty=until_episode,
    title=lambda view: "Success rate" if is_success_rate(view) else "",
    is_percent=is_success_rate,
    y_range=lambda view: (0.0, 1.0) if is_success_rate(view) else None,
    has_episodes=True,
    layers=_layers,
)
