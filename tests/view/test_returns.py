"""Words for returns and for the goal."""

from __future__ import annotations

from typing import Any

import pytest

from dqn_tui.events import EpisodeEnded
from dqn_tui.view.returns import goal_outcome, is_success_rate, next_evaluation, return_text, solved_step
from dqn_tui.view.run_view import RunView
from tests import fakes


def view_of(*returns: float, **changes: Any) -> RunView:
    view = RunView()
    view.apply(fakes.started(**changes))
    for number, value in enumerate(returns, 1):
        view.apply(
            EpisodeEnded(
                step=number, time=1_001.0, episode=number, episode_return=value, length=1, is_truncated=False,
                seconds=0.1,
            )
        )  # fmt: skip
    return view


@pytest.mark.parametrize(
    ("returns", "is_rate"),
    [((), False), ((0.0,), False), ((1.0,), True), ((0.0, 1.0), True), ((0.0, 1.0, 0.5), False), ((-1.0, 1.0), False)],
)
def test_a_success_rate_is_a_mean_of_zeros_and_ones(returns: tuple[float, ...], is_rate: bool) -> None:
    assert is_success_rate(view_of(*returns)) is is_rate


@pytest.mark.parametrize(
    ("value", "text"), [(0.724, "72%"), (1.0, "100%"), (0.0, "0%"), (0.043, "4.3%"), (0.0996, "10%"), (None, "-")]
)
def test_success_rates_are_percentages(value: float | None, text: str) -> None:
    assert return_text(view_of(0.0, 1.0), value) == text


def test_other_returns_are_numbers() -> None:
    assert return_text(view_of(0.0, 2.0), 0.724) == "0.72"
    assert return_text(view_of(0.0, 1.0), float("nan")) == "-"


def test_a_run_is_solved_at_the_first_evaluation_that_reached_the_goal() -> None:
    view = view_of()
    assert solved_step(view) is None
    view.apply(fakes.evaluated(5_000, 1_001.0, 474.9, is_best=True))
    assert solved_step(view) is None
    assert goal_outcome(view) == "goal not reached: 474 of 475"
    view.apply(fakes.evaluated(10_000, 1_001.0, 475.0, is_best=True))
    view.apply(fakes.evaluated(15_000, 1_001.0, 500.0, is_best=True))
    assert solved_step(view) == 10_000
    assert goal_outcome(view) == "solved at 10,000"


def test_a_run_without_evaluations_did_not_reach_its_goal() -> None:
    assert goal_outcome(view_of()) == "goal not reached"
    assert goal_outcome(view_of(goal=None)) == ""


@pytest.mark.parametrize(("every", "step", "expected"), [(5_000, 0, 5_000), (5_000, 5_000, 10_000), (0, 0, None)])
def test_the_next_evaluation_is_a_multiple_of_the_interval(every: int, step: int, expected: int | None) -> None:
    view = view_of(config=fakes.CONFIG | {"eval_every": every})
    view.apply(fakes.progress(step, 1_001.0))
    assert next_evaluation(view) == expected


def test_there_is_no_next_evaluation_after_the_end() -> None:
    view = view_of(config=fakes.CONFIG | {"eval_every": 50_001})
    assert next_evaluation(view) is None
    view = view_of()
    view.apply(fakes.ended(100, 1_002.0))
    assert next_evaluation(view) is None
