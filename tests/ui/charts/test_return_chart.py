"""The chart of the return, and of the success rate where an episode fails or succeeds."""

from __future__ import annotations

import re

from dqn_tui import events
from dqn_tui.ui.charts.return_chart import RETURN_CHART
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.ui.helpers import Dashboard, dashboard


def play_lake(board: Dashboard, successes: int = 30) -> None:
    """A run of 100 episodes, of which the last few succeed."""
    board.run.emit(
        fakes.started(env="FrozenLake-v1", goal=0.7, actions=4, action_names=["left", "down", "right", "up"])
    )
    for number in range(1, 101):
        board.run.emit(
            events.EpisodeEnded(
                step=10 * number, time=1_001.0, episode=number, episode_return=float(number > 100 - successes),
                length=10, is_truncated=False, seconds=0.1,
            )
        )  # fmt: skip
    board.run.emit(fakes.evaluated(1_000, 1_002.0, 0.74, is_best=True), fakes.evaluated(1_000, 1_003.0, 0.56))


async def test_returns_of_zero_and_one_are_shown_as_a_success_rate_in_percent() -> None:
    for size in ((80, 24), (120, 40), (200, 60)):
        async with dashboard(size, steps=None) as board:
            play_lake(board)
            text = await board.look()
            assert "─ 1 Success rate" in text
            assert "1 Return" not in text
            assert "◆ eval    56%" in text
            assert "goal 70%" in text
            assert "100%┤" in text
            assert "0.56" not in "\n".join(line for line in text.splitlines() if " over 10 " not in line)


async def test_the_panel_of_the_mean_and_the_table_of_evaluations_are_in_percent_too() -> None:
    async with dashboard(steps=None) as board:
        play_lake(board)
        text = await board.look()
        assert "Success rate of 100 episodes" in text
        assert re.search(r"best eval +74%", text)
        assert "last ep success" in text
        assert "success    of" in text


async def test_failures_alone_are_no_success_rate() -> None:
    async with dashboard(steps=None) as board:
        play_lake(board, successes=0)
        text = await board.look()
        assert "─ 1 Return" in text
        assert "Success" not in text


def test_the_goal_is_drawn_in_front_of_the_returns_and_behind_line_and_evaluations() -> None:
    view = RunView()
    for event in fakes.script(20_000):
        view.apply(event)
    kinds = [(layer.kind, layer.label) for layer in RETURN_CHART.layers(RETURN_CHART, view, 20)]
    assert kinds == [("envelope", ""), ("level", "goal"), ("line", "ema20"), ("points", "eval")]
    kinds = [(layer.kind, layer.label) for layer in RETURN_CHART.layers(RETURN_CHART, view, 1)]
    assert kinds == [("envelope", ""), ("level", "goal"), ("points", "eval")]
