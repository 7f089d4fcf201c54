"""The shares of the actions, as a chart and as a bar in one row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.events import Progress
from dqn_tui.ui.charts.action_chart import ROLES, short_names
from dqn_tui.ui.charts.mini_charts import parts_bar
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.ui.helpers import dashboard


def view_of(*names: str, actions: int | None = None) -> RunView:
    view = RunView()
    view.apply(fakes.started(actions=len(names) if actions is None else actions, action_names=list(names)))
    return view


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("nothing", "left engine", "main engine", "right engine"), ["nothing", "left", "main", "right"]),
        (("torque -1", "torque 0", "torque +1"), ["torque -1", "torque 0", "torque +1"]),
        (("right", "right fire", "very long name of an action"), ["right", "right fire", "very long"]),
        (("", " "), ["0", "1"]),
        ((), ["0", "1", "2"]),
    ],
)
def test_names_are_as_short_as_they_can_be_told_apart(names: tuple[str, ...], shown: list[str]) -> None:
    assert short_names(view_of(*names, actions=None if names else 3)) == shown


def test_names_that_do_not_match_the_actions_are_not_used() -> None:
    assert short_names(view_of("left", "right", actions=3)) == ["0", "1", "2"]


@pytest.mark.parametrize("marker", ["braille", "block", "ascii"])
async def test_the_chart_names_each_action_and_its_share(marker: str) -> None:
    async with dashboard((120, 40), marker=marker) as board:
        text = await board.press("4")
        title = next(line for line in text.splitlines() if "4 Actions" in line)
        assert title.index("left  56%") < title.index("right  44%")
        assert "100%" in text
        assert "120%" not in text


async def test_too_many_actions_are_not_promised() -> None:
    async with dashboard((120, 40), steps=None) as board:
        board.run.emit(fakes.started(actions=19), Progress(step=100, time=1_001.0, metrics={}))
        assert "not recorded for 19 actions" in await board.press("4")


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 60), st.booleans())
def test_a_bar_of_parts_is_as_wide_as_asked(shares: list[float], width: int, is_ascii: bool) -> None:
    parts = [(str(place), share, ROLES[place % len(ROLES)]) for place, share in enumerate(shares)]
    row = parts_bar(parts, width, is_ascii=is_ascii)
    assert sum(len(text) for text, _ in row) == width


def test_parts_are_drawn_in_proportion() -> None:
    row = parts_bar([("a", 0.25, "x"), ("b", 0.5, "y")], 8, is_ascii=True)
    assert row == [("##", "x"), ("====", "y"), ("--", "bar-rest")]
