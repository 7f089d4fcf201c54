"""Where the steps of a run lie in time, episodes and updates."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.view.buckets import X_FIRST
from dqn_tui.view.run_axis import Course, RunAxis
from dqn_tui.view.series import Series


def progress(step: int, seconds: float, updates: float) -> events.Progress:
    return events.Progress(
        step=step, time=1_000.0 + seconds, metrics={"time/time_elapsed": seconds, "train/n_updates": updates}
    )


def episode(step: int, number: int) -> events.EpisodeEnded:
    return events.EpisodeEnded(
        step=step, time=1_000.0, episode=number, episode_return=1.0, length=10, is_truncated=False, seconds=1.0
    )


def resumed(step: int) -> events.RunResumed:
    return events.RunResumed(step=step, time=2_000.0, checkpoint="c")


def test_places_between_two_known_ones_are_on_a_straight_line() -> None:
    course = Course()
    course.apply_all([progress(100, 10.0, 0), episode(150, 1), progress(200, 30.0, 50), episode(250, 2)])
    assert [course.at(step, RunAxis.TIME) for step in (0, 50, 100, 150, 200, 999)] == [0, 5, 10, 20, 30, 30]
    assert [course.at(step, RunAxis.EPISODES) for step in (0, 75, 150, 200, 250)] == [0, 0.5, 1, 1.5, 2]
    assert [course.at(step, RunAxis.UPDATES) for step in (100, 150, 200)] == [0, 25, 50]
    assert course.at(123, RunAxis.STEPS) == 123


def test_series_is_placed_on_the_axis_with_its_values_unchanged() -> None:
    course = Course()
    course.apply_all([progress(100, 10.0, 0), progress(200, 30.0, 50)])
    series = Series()
    for step, value in ((50, 1.0), (150, 2.0), (200, 3.0)):
        series.append(step, value)
    placed = course.place(series, RunAxis.TIME)
    assert placed.rows()[X_FIRST].tolist() == [5.0, 20.0, 30.0]
    np.testing.assert_array_equal(placed.rows()[2:], series.rows()[2:])
    assert course.place(series, RunAxis.STEPS) is series
    assert series.rows()[X_FIRST].tolist() == [50, 150, 200]


def test_resuming_from_an_earlier_step_forgets_what_came_after_it() -> None:
    course = Course()
    course.apply_all([progress(100, 10.0, 5), progress(200, 30.0, 50), resumed(100), progress(200, 16.0, 20)])
    assert course.at(200, RunAxis.TIME) == 16.0
    assert course.at(150, RunAxis.UPDATES) == pytest.approx(12.5)


def test_the_axes_follow_each_other_in_a_circle() -> None:
    axis, seen = RunAxis.STEPS, []
    for _ in range(4):
        seen.append(axis)
        axis = axis.next
    assert seen == list(RunAxis)
    assert axis is RunAxis.STEPS
