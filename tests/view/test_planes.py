"""Planes of values: modes, paths over them, ticks; scales of colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.value_pictures import Axis, PlaneValues
from dqn_tui.view.planes import (
    ACTION,
    GAP,
    VALUE,
    VISITS,
    axis_ticks,
    joined,
    path_points,
    plane_modes,
    point_values,
    tick_place,
)
from dqn_tui.view.value_scale import GrowingRange, diverging, is_dark, sequential

X, Y = Axis(0, "x", "m", 0.0, 4.0), Axis(1, "v", "", -1.0, 1.0)


def make_plane(path: list[list[float]], visits: bool = True) -> PlaneValues:
    q_values = np.array([[[1, 4, 2], [0, 0, 3]], [[5, 5, 5], [-1, -2, -3]]], np.float32)
    shares = np.array([[0.25, 0.0], [0.75, 0.0]], np.float32) if visits else None
    return PlaneValues(X, Y, q_values, 2, "at their mean", shares, np.array(path, np.float32).reshape(-1, 2))


def test_points_show_value_action_gap_and_the_root_of_visits() -> None:
    plane = make_plane([])
    assert point_values(plane, VALUE).tolist() == [[4, 3], [5, -1]]
    assert point_values(plane, ACTION).tolist() == [[1, 2], [0, 0]]
    assert point_values(plane, GAP).tolist() == [[2, 3], [0, 1]]
    assert point_values(plane, VISITS)[0, 0] == 0.5
    assert plane_modes(plane) == (VALUE, ACTION, GAP, VISITS)
    assert VISITS not in plane_modes(make_plane([], visits=False))


def test_a_path_is_drawn_where_its_steps_are_with_the_highest_y_first() -> None:
    plane = make_plane([[0.1, 0.9], [3.9, -0.9], [9.0, 0.0]])
    assert path_points(plane, 10, 8).tolist() == [[0, 0], [9, 7]]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8))
def test_a_joined_path_goes_through_all_points_without_a_gap(points: list[tuple[int, int]]) -> None:
    line = joined(np.array(points, np.int64))
    assert line[0].tolist() == list(points[0])
    assert set(points) <= {tuple(point) for point in line.tolist()}
    if len(line) > 1:
        assert np.abs(np.diff(line, axis=0)).max() <= 1


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4), st.integers(1, 12))
def test_ticks_are_round_in_range_and_no_more_than_asked_for(low: float, span: float, most: int) -> None:
    axis = Axis(0, "x", "", low, low + span)
    ticks = axis_ticks(axis, most)
    assert len(ticks) <= most
    assert len({label for _, label in ticks}) == len(ticks)
    for value, _ in ticks:
        assert low - 1e-6 * span <= value <= low + span * (1 + 1e-6)
        assert 0 <= tick_place(axis, value, 7) < 7


def test_ticks_of_an_axis_are_those_worked_by_hand() -> None:
    assert [label for _, label in axis_ticks(Axis(2, "θ", "rad", -0.21, 0.21), 5)] == [
        "-0.2",
        "-0.1",
        "0",
        "0.1",
        "0.2",
    ]


@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_range_only_grows_and_holds_all_that_was_seen(seen: list[list[float]]) -> None:
    scale, before = GrowingRange(), None
    for values in seen:
        scale.include(np.array([*values, np.nan]))
        assert before is None or (scale.low <= before[0] and scale.high >= before[1])
        before = scale.low, scale.high
        shares = scale.shares(np.array(values))
        assert ((shares >= 0) & (shares <= 1)).all()
    assert scale.low == min(map(min, seen))
    assert scale.high == max(map(max, seen))


def test_a_symmetric_range_has_nothing_in_its_middle() -> None:
    scale = GrowingRange(is_symmetric=True)
    scale.include(np.array([-3.0, 1.0]))
    assert (scale.low, scale.high) == (-3.0, 3.0)
    assert diverging(scale.shares(np.array([0.0])), (20, 20, 20)).tolist() == [[20, 20, 20]]


def test_colours_run_from_dark_to_bright_and_nothing_is_black() -> None:
    colours = sequential(np.array([0.0, 0.5, 1.0, np.nan]))
    assert is_dark(colours[0])
    assert not is_dark(colours[2])
    assert colours[3].tolist() == [0, 0, 0]
    brightness = colours[:3].astype(float) @ [0.299, 0.587, 0.114]
    assert (np.diff(brightness) > 0).all()


@pytest.mark.parametrize(
    ("values", "decimals"), [([0.0, 0.9], 2), ([0.0, 5.0], 2), ([-13.0, 0.0], 1), ([-500.0, 0.0], 0), ([0.002, 0.0], 4)]
)
def test_decimals_fit_the_size_of_the_values(values: list[float], decimals: int) -> None:
    scale = GrowingRange()
    scale.include(np.array(values))
    assert scale.decimals == decimals
