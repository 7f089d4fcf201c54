"""Q-values beside their targets, and beside the returns that followed."""

from __future__ import annotations

import pytest

from dqn_tui.events import EpisodeEnded, RunResumed
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.charts.q_charts import bias, start_value_range
from dqn_tui.ui.dashboard.pane import PaneTable
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.ui.helpers import dashboard


def chart_of(id: str) -> ChartSpec:
    chart = PaneTable(PANES)[id].chart
    assert chart is not None
    return chart


def view_of(*pairs: tuple[float | None, float | None]) -> RunView:
    """A run whose episodes had these Q-values at their start and these returns."""
    view = RunView()
    view.apply(fakes.started())
    for number, (q_value, discounted) in enumerate(pairs, 1):
        view.apply(
            EpisodeEnded(
                step=number, time=1_001.0, episode=number, episode_return=1.0, length=1, is_truncated=False,
                seconds=0.1, start_q=q_value, discounted_return=discounted,
            )
        )  # fmt: skip
    return view


@pytest.mark.parametrize("smoothing", [1, 20, 100])
def test_q_and_target_are_two_lines_in_two_colours_equally_smooth(smoothing: int) -> None:
    view, chart = RunView(), chart_of("q")
    for event in fakes.script(20_000):
        view.apply(event)
    lines = [layer for layer in chart.layers(chart, view, smoothing) if layer.kind == "line"]
    assert [(layer.label, layer.role) for layer in lines] == [("target", "target"), ("q", "smooth-success")]
    window = chart.window(view, smoothing)
    assert [layer.series[0] for layer in lines] == [view.target_mean.smooth(window), view.q_mean.smooth(window)]


def test_bias_is_the_mean_of_q_minus_return_over_the_newest_fifty_episodes() -> None:
    assert bias(view_of()) is None
    assert bias(view_of((5.0, 2.0), (1.0, 2.0), (None, 3.0))) == pytest.approx(1.0)
    assert bias(view_of(*[(100.0, 0.0)] * 10, *[(3.0, 1.0)] * 50)) == pytest.approx(2.0)


def test_both_axes_of_the_start_values_have_one_range() -> None:
    assert start_value_range(view_of((5.0, 2.0), (1.0, -3.0))) == (-3.0, 5.0)
    assert start_value_range(view_of((2.0, 2.0))) == (1.0, 3.0)


def test_each_episode_is_a_point_and_the_newest_are_bright() -> None:
    view, chart = view_of(*[(float(place), 1.0) for place in range(60)]), chart_of("start_q")
    _, older, newest = chart.layers(chart, view, 20)
    assert [y for _, y in older.places] == [float(place) for place in range(10)]
    assert [y for _, y in newest.places] == [float(place) for place in range(10, 60)]
    assert (older.role, newest.role) == ("raw-primary", "smooth-primary")


async def test_the_chart_of_the_start_values_names_its_axes_and_the_bias() -> None:
    async with dashboard((120, 40)) as board:
        text = await board.press("6")
        assert "─ 6 Start Q ↑ return →" in text
        gap = bias(board.view)
        assert gap is not None
        assert f"bias  {gap:+.1f}" in text
        await board.pilot.hover("#start_q", offset=(40, 6))
        assert "step " not in (await board.look()).splitlines()[2]


def test_start_values_after_a_resumed_step_are_forgotten() -> None:
    view = view_of((1.0, 1.0), (2.0, 2.0), (3.0, 3.0))
    view.apply(RunResumed(step=2, time=1_002.0, checkpoint="c", is_exact=True))
    assert view.start_q.last == 2.0
    assert [value.q_value for value in view.start_values] == [1.0, 2.0]
