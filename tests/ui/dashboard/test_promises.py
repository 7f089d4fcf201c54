"""The screen promises nothing that cannot come."""

from __future__ import annotations

from typing import Any

import pytest

from tests import fakes
from tests.ui.helpers import dashboard


async def screen_of(*events: Any, size: tuple[int, int] = (120, 40), keys: tuple[str, ...] = ()) -> str:
    """The screen after these events."""
    async with dashboard(size, steps=None) as board:
        board.run.emit(*events)
        await board.look()
        return await board.press(*keys)


async def test_learning_that_never_starts_is_not_counted_down() -> None:
    text = await screen_of(fakes.started(total_timesteps=40_000, learning_starts=87_300), fakes.progress(100, 1_001.0))
    assert text.count("no learning in this run") == 2
    assert "learning starts in" not in text


async def test_a_run_that_ended_before_learning_promises_none() -> None:
    text = await screen_of(fakes.started(), fakes.progress(100, 1_001.0), fakes.ended(100, 1_002.0, "stopped"))
    assert "no learning in this run" in text
    assert "learning starts" not in text


@pytest.mark.parametrize("end", [fakes.failed(200, 1_002.0), fakes.ended(200, 1_002.0, "stopped")])
async def test_a_run_that_is_over_promises_no_evaluation(end: Any) -> None:
    text = await screen_of(fakes.started(), fakes.progress(100, 1_001.0), end)
    assert "no evaluations" in text
    assert "the first evaluation comes" not in text


async def test_an_evaluation_after_the_end_of_the_run_is_not_promised() -> None:
    config = fakes.CONFIG | {"eval_every": 90_000}
    text = await screen_of(fakes.started(config=config), fakes.progress(100, 1_001.0))
    assert "the first evaluation comes" not in text
    text = await screen_of(
        fakes.started(config=config), fakes.evaluated(100, 1_001.0, 9.0, is_best=True), size=(80, 24)
    )
    assert "next @" not in text


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize(
    ("mean", "goal", "said"),
    [
        (187.4, 475.0, "187 of 475"),
        (474.96, 475.0, "474 of 475"),
        (480.0, 475.0, "solved at 5,000"),
        (-111.2, -110.0, "-112 of -110"),
        (7.93, 8.0, "7.93 of 8"),
    ],
)
async def test_the_header_of_an_ended_run_says_whether_the_goal_was_reached(
    size: tuple[int, int], mean: float, goal: float, said: str
) -> None:
    text = await screen_of(
        fakes.started(goal=goal),
        fakes.progress(2_000, 1_001.0),
        fakes.evaluated(5_000, 1_002.0, mean, is_best=True),
        fakes.evaluated(9_000, 1_002.0, mean, is_best=False),
        fakes.ended(9_000, 1_002.0),
        size=size,
    )
    head = text.splitlines()[0]
    assert said in head
    assert "ETA" not in head
    assert "--:--" not in head
    assert ("goal not reached: " in head) == (size[0] >= 80 and "of" in said)


async def test_without_a_goal_the_header_of_an_ended_run_says_nothing_about_one() -> None:
    head = (await screen_of(fakes.started(goal=None), fakes.ended(9_000, 1_002.0))).splitlines()[0]
    assert "goal" not in head
    assert "ETA" not in head
