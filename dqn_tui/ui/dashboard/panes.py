"""The table of panes.

A row added here has a digit or a turn with tab, a command in the palette, a line in the help and the README, a place in
every layout with room for it and, if it is a chart, a row of one line elsewhere.
"""

from __future__ import annotations

from dqn_tui.ui.charts.chart_facts import (
    fact,
    last_fact,
    max_fact,
    mean_fact,
    until_episode,
    until_learning,
    until_progress,
)
from dqn_tui.ui.charts.chart_panel import ChartPanel
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.dashboard.evaluations_panel import EvaluationsPanel
from dqn_tui.ui.dashboard.events_panel import EventsPanel
from dqn_tui.ui.dashboard.output_panel import OutputPanel
from dqn_tui.ui.dashboard.pane import Area, Pane
from dqn_tui.ui.dashboard.phases_panel import PhasesPanel
from dqn_tui.ui.dashboard.settings_panel import SettingsPanel
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed, number, short_number


def _make_chart(scene: Scene, pane: Pane) -> ChartPanel:
    assert pane.chart is not None, pane.id
    return ChartPanel(scene, pane, pane.chart)


def _return_facts(scene: Scene, chart: ChartSpec) -> list[Row]:
    view = scene.shown
    facts = [mean_fact(scene, chart, fixed)]
    if view.last_evaluation is not None:
        facts.append([("◆ ", "evaluation"), ("eval ", "muted"), (f"{fixed(view.last_evaluation.mean):>6}", "text")])
    if view.goal is not None:
        facts.append([("╌ ", "goal"), ("goal ", "muted"), (number(view.goal), "text")])
    best, last = fact("best", fixed(view.best_return)), last_fact(scene, chart, fixed)
    return [*facts, best, last, [("episode ", "muted"), (f"{view.episodes:>6,}", "text")]]


def _epsilon(view: RunView) -> str:
    return "-" if view.epsilon.last is None else f"{view.epsilon.last:.3f}"


def _epsilon_facts(scene: Scene, _chart: ChartSpec) -> list[Row]:
    view = scene.shown
    final = view.config.get("exploration_final_eps")
    facts = [fact("now", _epsilon(view), "smooth-accent", 5)]
    return [*facts, [("to ", "muted"), (number(float(final)), "text")]] if isinstance(final, int | float) else facts


def _epsilon_note(view: RunView) -> str:
    config = view.config
    try:
        initial, final = float(config["exploration_initial_eps"]), float(config["exploration_final_eps"])
        end = float(config["exploration_fraction"]) * float(view.total_timesteps or 0)
    except (KeyError, TypeError, ValueError):
        return ""
    if initial == final:
        return ""
    return f"→ {number(final)} @ {end:,.0f}" if view.step < end else "final value"


def _fill(view: RunView) -> float:
    return (view.buffer.last or 0.0) / view.buffer_size if view.buffer_size else 0.0


def _buffer_facts(scene: Scene, _chart: ChartSpec) -> list[Row]:
    view = scene.shown
    facts: list[Row] = [[(f"{_fill(view):>4.0%}", "smooth-primary")]]
    return [*facts, [("of ", "muted"), (short_number(view.buffer_size), "text")]] if view.buffer_size else facts


PANES: tuple[Pane, ...] = (
    Pane(
        id="return",
        digit=1,
        title="Return",
        about="return of each episode, evaluations, goal",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.returns,
            value=lambda view: fixed(view.last_return),
            facts=_return_facts,
            note=lambda view: f"mean100 {fixed(view.mean_return_100)}",
            empty=until_episode,
            goal=lambda view: view.goal,
            points=lambda view: [(point.step, point.mean) for point in view.evaluations],
        ),
    ),
    Pane(
        id="loss",
        digit=2,
        title="Loss",
        about="loss of the gradient steps",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.loss,
            value=lambda view: number(view.loss.last),
            facts=lambda scene, chart: [mean_fact(scene, chart), last_fact(scene, chart), max_fact(scene, chart)],
            note=lambda view: f"max {number(view.loss.maximum)}",
            empty=until_learning,
            hue="accent",
            is_per_progress=True,
        ),
    ),
    Pane(
        id="q",
        digit=3,
        title="Q mean",
        about="mean Q-value of the batches, TD targets",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.q_mean,
            value=lambda view: fixed(view.q_mean.last),
            facts=lambda scene, _chart: [
                fact("q", fixed(scene.shown.q_mean.last), "smooth-success"),
                fact("target", fixed(scene.shown.target_mean.last), "target"),
            ],
            note=lambda view: f"target {fixed(view.target_mean.last)}",
            empty=until_learning,
            hue="success",
            is_per_progress=True,
            reference=lambda view: view.target_mean,
        ),
    ),
    Pane(
        id="epsilon",
        digit=4,
        title="Epsilon",
        about="share of random actions",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.epsilon,
            value=_epsilon,
            facts=_epsilon_facts,
            note=_epsilon_note,
            empty=until_progress,
            hue="accent",
            y_range=lambda _view: (0.0, 1.0),
            is_steady=True,
        ),
    ),
    Pane(
        id="buffer",
        digit=5,
        title="Buffer",
        about="transitions in the replay buffer",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.buffer,
            value=lambda view: short_number(view.buffer.last),
            facts=_buffer_facts,
            note=lambda view: f"{_fill(view):.0%} of {short_number(view.buffer_size)}" if view.buffer_size else "",
            empty=until_progress,
            y_range=lambda view: (0.0, float(view.buffer_size)) if view.buffer_size else None,
            is_steady=True,
        ),
    ),
    Pane(
        id="length",
        digit=6,
        title="Episode length",
        short_title="Ep length",
        about="steps of each training episode",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.lengths,
            value=lambda view: number(view.last_length),
            facts=lambda scene, chart: [mean_fact(scene, chart, fixed), last_fact(scene, chart)],
            note=lambda view: f"{view.lengths.smoothing_name(20)} {fixed(view.lengths.smooth(20).last)}",
            empty=until_episode,
            hue="success",
        ),
    ),
    Pane(
        id="evaluations",
        digit=7,
        title="Evaluations",
        short_title="Evals",
        about="greedy evaluations, newest checkpoint",
        area=Area.SIDE,
        make=EvaluationsPanel,
        least_rows=8,
        most_rows=12,
    ),
    Pane(
        id="events",
        digit=8,
        title="Events",
        about="what happened, newest last",
        area=Area.FOOT,
        make=EventsPanel,
    ),
    Pane(
        id="output",
        title="Output",
        about="printed by the environment, newest last",
        area=Area.FOOT,
        make=OutputPanel,
    ),
    Pane(
        id="rollout",
        digit=9,
        title="Rollout",
        about="the greedy policy playing an episode",
        area=Area.THEATRE,
        make=RolloutPanel,
    ),
    Pane(
        id="phases",
        title="Where the time goes",
        short_title="Time",
        about="time spent in each phase of training",
        area=Area.SIDE,
        make=PhasesPanel,
        most_rows=8,
    ),
    Pane(
        id="settings",
        title="Settings",
        about="settings of the run",
        area=Area.SIDE,
        make=SettingsPanel,
    ),
    Pane(
        id="grad_norm",
        title="Gradient norm",
        short_title="Grad norm",
        about="norm of the gradient before clipping",
        area=Area.CHARTS,
        make=_make_chart,
        is_costly=True,
        chart=ChartSpec(
            series=lambda view: view.grad_norm,
            value=lambda view: number(view.grad_norm.last),
            facts=lambda scene, chart: [last_fact(scene, chart), max_fact(scene, chart)],
            note=lambda view: f"max {number(view.grad_norm.maximum)}",
            empty=until_learning,
            hue="accent",
            is_per_progress=True,
        ),
    ),
)
