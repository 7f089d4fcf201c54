"""Schedules at their corners."""

from __future__ import annotations

import pytest

from dqn_tui.dqn.schedule import LinearSchedule, make_learning_rate


def test_a_linear_schedule_falls_and_then_stays() -> None:
    schedule = LinearSchedule(1.0, 0.2, 100)
    assert [schedule(step) for step in (0, 25, 50, 100, 101, 10**9)] == pytest.approx([1, 0.8, 0.6, 0.2, 0.2, 0.2])


def test_a_schedule_of_no_length_is_at_its_end() -> None:
    assert LinearSchedule(1.0, 0.2, 0)(0) == 0.2


def test_a_number_is_a_constant_learning_rate() -> None:
    rate = make_learning_rate(1e-3, 100)
    assert {rate(step) for step in (0, 50, 100, 1_000)} == {1e-3}


def test_a_linear_learning_rate_falls_to_zero_at_the_runs_end() -> None:
    rate = make_learning_rate("lin_1e-3", 200)
    assert [rate(step) for step in (0, 50, 100, 200, 300)] == pytest.approx([1e-3, 7.5e-4, 5e-4, 0, 0])
