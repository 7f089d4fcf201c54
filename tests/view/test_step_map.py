"""Where steps are on an axis of seconds or episodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.buckets import X_FIRST, X_LAST
from dqn_tui.view.layer import Layer
from dqn_tui.view.series import Series
from dqn_tui.view.step_map import StepMap
from dqn_tui.view.x_scale import STEPS
from dqn_tui.view.x_unit import XUnit

RISES = st.lists(st.tuples(st.integers(0, 500), st.floats(0, 10)), max_size=300)


def map_of(*points: tuple[float, float], capacity: int = 512) -> StepMap:
    made = StepMap(capacity)
    for step, value in points:
        made.append(step, value)
    return made


def test_between_two_points_the_map_is_linear_and_behind_the_newest_it_stays() -> None:
    scale = map_of((100, 10.0), (300, 20.0)).scale(XUnit.SECOND)
    assert [scale.x_of(step) for step in (0, 50, 100, 200, 300, 900)] == [0, 5, 10, 15, 20, 20]
    assert [scale.step_of(x) for x in (0, 5, 15, 20)] == [0, 50, 200, 300]


def test_steps_are_their_own_axis() -> None:
    assert (STEPS.x_of(12_345), STEPS.step_of(12_345)) == (12_345, 12_345)


@given(RISES, st.sampled_from([4, 5, 16, 512]))
def test_a_full_map_still_rises_knows_the_newest_point_and_stays_small(
    rises: list[tuple[int, float]], capacity: int
) -> None:
    step, value, made = 0, 0.0, StepMap(capacity)
    for distance, more in rises:
        step, value = step + distance, value + more
        made.append(step, value)
    scale = made.scale(XUnit.SECOND)
    assert scale.steps is not None
    assert len(scale.steps) <= capacity
    if step > 0:
        assert scale.x_of(step) == pytest.approx(value)
    places = scale.at(np.arange(0.0, step + 2))
    assert (np.diff(places) >= 0).all()


@given(RISES)
def test_in_a_map_that_has_room_every_step_that_was_told_keeps_its_value(
    rises: list[tuple[int, float]],
) -> None:
    points, step, value = {0: 0.0}, 0, 0.0
    for distance, more in rises:
        step, value = step + max(1, distance), value + more
        points[step] = value
    scale = map_of(*points.items()).scale(XUnit.EPISODE)
    assert scale.at(np.array(list(points), float)).tolist() == pytest.approx(list(points.values()))


def test_a_thinned_map_is_off_by_no_more_than_happens_between_two_knots() -> None:
    made = map_of(*[(step, step / 100) for step in range(0, 100_000, 7)], capacity=64)
    scale = made.scale(XUnit.SECOND)
    assert scale.steps is not None
    assert 16 <= len(scale.steps) <= 64
    steps = np.arange(0.0, 99_000)
    np.testing.assert_allclose(scale.at(steps), steps / 100, atol=1e-9)


def test_what_goes_back_is_ignored_and_what_is_not_finite_too() -> None:
    made = map_of((100, 10.0), (50, 99.0), (200, float("nan")), (float("inf"), 1.0), (200, 5.0))
    assert [made.scale(XUnit.SECOND).x_of(step) for step in (50, 100, 200)] == [5, 10, 10]


def test_after_a_resume_the_map_goes_on_from_its_value_at_that_step() -> None:
    made = map_of((100, 10.0), (300, 30.0))
    made.forget_after(200)
    assert [made.scale(XUnit.SECOND).x_of(step) for step in (100, 200, 300)] == [10, 20, 20]
    made.append(300, 25.0)
    assert [made.scale(XUnit.SECOND).x_of(step) for step in (200, 250, 300)] == [20, 22.5, 25]
    made.forget_after(900)
    assert made.scale(XUnit.SECOND).x_of(300) == 25


@pytest.mark.parametrize("capacity", [3, 0, -1])
def test_a_map_without_room_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match=f"capacity must be >= 4, got {capacity}"):
        StepMap(capacity)


def test_a_series_and_points_move_to_another_axis_and_a_scatter_remains() -> None:
    series = Series()
    for step in (0, 100, 200):
        series.append(step, float(step))
    scale = map_of((100, 10.0), (200, 40.0)).scale(XUnit.SECOND)
    rows = scale.place_series(series).rows()
    assert rows[X_FIRST].tolist() == rows[X_LAST].tolist() == [0, 10, 40]
    assert series.rows()[X_FIRST].tolist() == [0, 100, 200]
    assert scale.place(Layer.points([(150, 7.0)])).places == [(25, 7.0)]
    assert scale.place(Layer.scatter([(150, 7.0)])).places == [(150, 7.0)]
    assert STEPS.place_series(series) is series
