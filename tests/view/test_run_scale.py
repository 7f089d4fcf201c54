"""Where the steps of a run lie in time, episodes and updates."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.view.buckets import X_FIRST
from dqn_tui.view.compared_run import ComparedRun
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series
from dqn_tui.view.x_unit import XUnit
from tests.comparisons import run_events


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


def places(told: list[Event], unit: XUnit, *steps: float) -> list[float]:
    view = RunView()
    view.apply_all(told)
    return [view.x_scale(unit).x_of(step) for step in steps]


def test_places_between_two_known_ones_are_on_a_straight_line() -> None:
    told = [progress(100, 10.0, 0), episode(150, 1), progress(200, 30.0, 50), episode(250, 2)]
    assert places(told, XUnit.SECOND, 0, 50, 100, 150, 200, 999) == [0, 5, 10, 20, 30, 30]
    assert places(told, XUnit.EPISODE, 0, 75, 150, 200, 250) == [0, 0.5, 1, 1.5, 2]
    assert places(told, XUnit.UPDATE, 100, 150, 200) == [0, 25, 50]
    assert places(told, XUnit.STEP, 123) == [123]


def test_the_end_of_a_run_is_its_last_place_on_every_axis() -> None:
    told = [*run_events((1.0, 2.0), is_over=False)[:-1], run_events((1.0, 2.0, 3.0, 4.0))[-1]]
    assert places(told, XUnit.SECOND, 400) == [40]
    assert places(told, XUnit.EPISODE, 400) == [4]
    assert places(told, XUnit.UPDATE, 400) == [40]


def test_resuming_from_an_earlier_step_forgets_what_came_after_it() -> None:
    told = [progress(100, 10.0, 5), progress(200, 30.0, 50), resumed(100), progress(200, 16.0, 20)]
    assert places(told, XUnit.SECOND, 200) == [16.0]
    assert places(told, XUnit.UPDATE, 150) == [pytest.approx(12.5)]


def test_series_is_placed_on_the_axis_with_its_values_unchanged() -> None:
    run = ComparedRun("run")
    run.apply_all([progress(100, 10.0, 0), progress(200, 30.0, 50)])
    series = Series()
    for step, value in ((50, 1.0), (150, 2.0), (200, 3.0)):
        series.append(step, value)
    placed = run.placed("x", series, XUnit.SECOND)
    assert placed.rows()[X_FIRST].tolist() == [5.0, 20.0, 30.0]
    np.testing.assert_array_equal(placed.rows()[2:], series.rows()[2:])
    assert run.placed("x", series, XUnit.SECOND) is placed
    assert run.placed("x", series, XUnit.STEP) is series
    assert series.rows()[X_FIRST].tolist() == [50, 150, 200]
