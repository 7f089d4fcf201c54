"""The table of panes.

A row added here has a digit or a turn with tab, a command in the palette, a line in the help and the README, a place in
every layout with room for it and, if it is a chart, a row of one line elsewhere.
"""

from __future__ import annotations

from dqn_tui.ui.charts.action_chart import first_share, most_frequent, share_facts, share_layers, shares, until_shares
from dqn_tui.ui.charts.chart_facts import (
    last_fact,
    max_fact,
    mean_fact,
    until_episode,
    until_learning,
    until_progress,
)
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.charts.q_charts import (
    bias,
    q_facts,
    q_layers,
    signed,
    start_value_facts,
    start_value_layers,
    start_value_range,
    until_start_value,
)
from dqn_tui.ui.charts.return_chart import RETURN_CHART
from dqn_tui.ui.charts.run_chart import RunChart
from dqn_tui.ui.charts.schedule_charts import (
    buffer_facts,
    buffer_note,
    epsilon,
    epsilon_facts,
    epsilon_note,
    fill,
)
from dqn_tui.ui.charts.td_error_chart import td_error_facts, td_error_layers, td_errors
from dqn_tui.ui.dashboard.episodes_panel import EpisodesPanel
from dqn_tui.ui.dashboard.evaluations_panel import EvaluationsPanel
from dqn_tui.ui.dashboard.events_panel import EventsPanel
from dqn_tui.ui.dashboard.machine_panel import MachinePanel
from dqn_tui.ui.dashboard.output_panel import OutputPanel
from dqn_tui.ui.dashboard.pane import Area, Pane
from dqn_tui.ui.dashboard.phases_panel import PhasesPanel
from dqn_tui.ui.dashboard.settings_panel import SettingsPanel
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.values.value_panel import ValuePanel
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import fixed, number, short_number


def _make_chart(scene: RunScene, pane: Pane) -> RunChart:
    assert pane.chart is not None, pane.id
    return RunChart(scene, pane, pane.chart)


PANES: tuple[Pane, ...] = (
    Pane(
        id="return",
        digit=1,
        title="Return",
        about="return of each episode, evaluations, goal",
        area=Area.CHARTS,
        make=_make_chart,
        chart=RETURN_CHART,
    ),
    Pane(
        id="loss",
        digit=2,
        title="Loss",
        about="loss of the gradient steps",
        area=Area.CHARTS,
        make=_make_chart,
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
        chart=ChartSpec(
            series=lambda view: view.q_mean,
            value=lambda view: fixed(view.q_mean.last),
            facts=q_facts,
            note=lambda view: f"target {fixed(view.target_mean.last)}",
            empty=until_learning,
            hue="success",
            is_per_progress=True,
            layers=q_layers,
        ),
    ),
    Pane(
        id="actions",
        digit=4,
        title="Actions",
        about="share of each action over time",
        area=Area.CHARTS,
        make=_make_chart,
        chart=ChartSpec(
            series=first_share,
            value=lambda view: f"{most_frequent(view)[1]:.0%}",
            facts=share_facts,
            note=lambda view: most_frequent(view)[0],
            empty=until_shares,
            is_percent=lambda _view: True,
            layers=share_layers,
            parts=shares,
        ),
    ),
    Pane(
        id="td_error",
        digit=5,
        title="TD error",
        about="TD errors of the batches: median, 10-90 %",
        area=Area.CHARTS,
        make=_make_chart,
        chart=ChartSpec(
            series=td_errors,
            value=lambda view: number(td_errors(view).last),
            facts=td_error_facts,
            note=lambda view: f"90% below {number(view.td_error_p90.last)}",
            empty=until_learning,
            hue="accent",
            is_per_progress=True,
            layers=td_error_layers,
        ),
    ),
    Pane(
        id="start_q",
        digit=6,
        title="Start Q vs return",
        short_title="Start Q",
        about="Q at the start against the return after it",
        area=Area.CHARTS,
        make=_make_chart,
        chart=ChartSpec(
            series=lambda view: view.start_q,
            value=lambda view: fixed(view.start_q.last),
            facts=start_value_facts,
            note=lambda view: f"bias {signed(bias(view))}",
            title=lambda _view: "Start Q ↑ return →",
            empty=until_start_value,
            x_range=start_value_range,
            layers=start_value_layers,
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
        id="value",
        key="v",
        title="Value",
        about="value function as a map, any checkpoint",
        area=Area.VALUE,
        make=ValuePanel,
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
        least_rows=7,
    ),
    Pane(
        id="machine",
        title="Machine",
        about="processor, memory, disk and GPU of the run",
        area=Area.SIDE,
        make=MachinePanel,
        most_rows=7,
    ),
    Pane(
        id="episodes",
        title="Episodes",
        about="training episodes (E); enter plays one again",
        area=Area.SIDE,
        make=EpisodesPanel,
        least_rows=20,
    ),
    Pane(
        id="grad_norm",
        title="Gradient norm",
        short_title="Grad norm",
        about="norm of the gradient before clipping",
        area=Area.CHARTS,
        make=_make_chart,
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
    Pane(
        id="epsilon",
        title="Epsilon",
        about="share of random actions",
        area=Area.GAUGES,
        make=_make_chart,
        chart=ChartSpec(
            series=lambda view: view.epsilon,
            value=epsilon,
            facts=epsilon_facts,
            note=epsilon_note,
            empty=until_progress,
            hue="accent",
            y_range=lambda _view: (0.0, 1.0),
            is_steady=True,
        ),
    ),
    Pane(
        id="length",
        title="Episode length",
        short_title="Ep length",
        about="steps of each training episode",
        area=Area.GAUGES,
        make=_make_chart,
        chart=ChartSpec(
            series=lambda view: view.lengths,
            value=lambda view: number(view.last_length),
            facts=lambda scene, chart: [mean_fact(scene, chart, fixed), last_fact(scene, chart)],
            note=lambda view: f"{view.lengths.smoothing_name(20)} {fixed(view.lengths.smooth(20).last)}",
            empty=until_episode,
            hue="success",
            has_episodes=True,
        ),
    ),
    Pane(
        id="buffer",
        title="Buffer",
        about="transitions in the replay buffer",
        area=Area.GAUGES,
        make=_make_chart,
        chart=ChartSpec(
            series=lambda view: view.buffer,
            value=lambda view: short_number(view.buffer.last),
            facts=buffer_facts,
            note=buffer_note,
            empty=until_progress,
            y_range=lambda view: (0.0, float(view.buffer_size)) if view.buffer_size else None,
            is_steady=True,
            parts=lambda view: [("", fill(view), "bar")],
        ),
    ),
    Pane(
        id="speed",
        title="Steps per second",
        short_title="Steps/s",
        about="environment steps per second",
        area=Area.GAUGES,
        make=_make_chart,
        chart=ChartSpec(
            series=lambda view: view.speed,
            value=lambda view: short_number(view.speed.last),
            facts=lambda scene, chart: [last_fact(scene, chart, short_number), max_fact(scene, chart, short_number)],
            note=lambda view: f"max {short_number(view.speed.maximum)}",
            empty=until_progress,
            hue="success",
        ),
    ),
)
