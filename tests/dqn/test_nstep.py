"""n-step transitions against numbers worked by hand and a naive twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.dqn.nstep import NStepAccumulator
from dqn_tui.dqn.observation_store import Numbers

GAMMA = 0.5
Row = tuple[int, int, float, float, int]
"""Observation, action, reward, discount, next observation."""


def observe(time: int) -> Numbers:
    return (time,)


def play(accumulator: NStepAccumulator, rewards: list[float], ending: str, start: int = 0) -> list[Row]:
    """Return the transitions of an episode with observations `start`, `start` + 1, …; action t is 10 * t."""
    rows = []
    for index, reward in enumerate(rewards):
        is_last = index == len(rewards) - 1
        for item in accumulator.add(
            observe(start + index),
            10 * (start + index),
            reward,
            observe(start + index + 1),
            terminated=is_last and ending == "terminated",
            truncated=is_last and ending == "truncated",
        ):
            (first,), (last,) = item.observation, item.next_observation
            rows.append((first, item.action, item.reward, item.discount, last))
    return rows


def test_one_step_is_the_step_itself() -> None:
    assert play(NStepAccumulator(1, GAMMA), [1, 2, 4], "terminated") == [
        (0, 0, 1, 0.5, 1),
        (1, 10, 2, 0.5, 2),
        (2, 20, 4, 0, 3),
    ]


def test_three_steps_and_the_tail_at_termination() -> None:
    assert play(NStepAccumulator(3, GAMMA), [1, 2, 4, 8], "terminated") == [
        (0, 0, 1 + 1 + 1, 0.125, 3),
        (1, 10, 2 + 2 + 2, 0, 4),
        (2, 20, 4 + 4, 0, 4),
        (3, 30, 8, 0, 4),
    ]


def test_three_steps_and_the_tail_at_truncation() -> None:
    assert play(NStepAccumulator(3, GAMMA), [1, 2, 4, 8], "truncated") == [
        (0, 0, 3, 0.125, 3),
        (1, 10, 6, 0.125, 4),
        (2, 20, 8, 0.25, 4),
        (3, 30, 8, 0.5, 4),
    ]


@pytest.mark.parametrize(("ending", "discounts"), [("terminated", [0, 0]), ("truncated", [0.25, 0.5])])
def test_an_episode_shorter_than_n_is_flushed(ending: str, discounts: list[float]) -> None:
    rows = play(NStepAccumulator(5, GAMMA), [1, 2], ending)
    assert rows == [(0, 0, 2, discounts[0], 2), (1, 10, 2, discounts[1], 2)]


def test_nothing_of_an_episode_reaches_the_next() -> None:
    accumulator = NStepAccumulator(3, GAMMA)
    play(accumulator, [100, 100], "truncated")
    assert play(accumulator, [1, 2, 4, 8], "open", start=50) == [(50, 500, 3, 0.125, 53), (51, 510, 6, 0.125, 54)]


def test_an_episode_both_terminated_and_truncated_does_not_bootstrap() -> None:
    (item,) = NStepAccumulator(3, GAMMA).add(observe(0), 0, 1, observe(1), terminated=True, truncated=True)
    assert item.discount == 0


def test_steps_that_wait_can_be_taken_out_and_put_into_another() -> None:
    accumulator, other = NStepAccumulator(3, GAMMA), NStepAccumulator(3, GAMMA)
    play(accumulator, [1, 2, 4], "open")
    other.restore(accumulator.waiting)
    assert play(other, [8, 16], "terminated", start=3) == play(accumulator, [8, 16], "terminated", start=3)


def test_no_more_than_n_minus_1_steps_wait() -> None:
    accumulator = NStepAccumulator(3, GAMMA)
    play(accumulator, [1, 2], "open")
    with pytest.raises(ValueError, match="2 steps wait for their rewards, expected at most 1"):
        NStepAccumulator(2, GAMMA).restore(accumulator.waiting)


def naive(rewards: list[float], ending: str, n_steps: int, gamma: float, start: int) -> list[Row]:
    rows = []
    for index in range(len(rewards)):
        window = rewards[index : index + n_steps]
        is_at_end = index + len(window) == len(rewards)
        if len(window) < n_steps and ending == "open":
            continue
        total = sum(gamma**power * reward for power, reward in enumerate(window))
        discount = 0.0 if ending == "terminated" and is_at_end else gamma ** len(window)
        rows.append((start + index, 10 * (start + index), total, discount, start + index + len(window)))
    return rows


EPISODE = st.tuples(st.lists(st.floats(-10, 10), min_size=1, max_size=12), st.sampled_from(["terminated", "truncated"]))


@given(
    episodes=st.lists(EPISODE, max_size=5),
    last=st.lists(st.floats(-10, 10), max_size=8),
    n_steps=st.integers(1, 6),
    gamma=st.floats(0, 1),
)
def test_it_agrees_with_a_naive_twin(
    episodes: list[tuple[list[float], str]], last: list[float], n_steps: int, gamma: float
) -> None:
    accumulator = NStepAccumulator(n_steps, gamma)
    for number, (rewards, ending) in enumerate([*episodes, (last, "open")]):
        expected = naive(rewards, ending, n_steps, gamma, 100 * number)
        actual = play(accumulator, rewards, ending, start=100 * number)
        assert [row[:2] + row[4:] for row in actual] == [row[:2] + row[4:] for row in expected]
        np.testing.assert_allclose([row[2:4] for row in actual], [row[2:4] for row in expected], atol=1e-9)
