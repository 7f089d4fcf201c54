from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dqn_tui.view.raster import DOTS
from dqn_tui.view.y_axis import YAxis, make_y_axis, reference_dot

FINITE = st.floats(allow_nan=False, allow_infinity=False)
ORDINARY = st.floats(-1e9, 1e9, allow_nan=False)
ROWS = st.integers(1, 90)
DOTS_DOWN = st.sampled_from([rows for _, rows in DOTS.values()])


def axis_of(one: float, other: float, rows: int, **options: bool) -> YAxis:
    return make_y_axis(min(one, other), max(one, other), rows, **options)


@pytest.mark.parametrize(
    ("low", "high", "rows", "labels", "tick_rows"),
    [
        # CartPole, goal 475: 200 each 3 rows, 500 is 7.5 rows above 0 and 1 row below the top.
        (8, 500, 9, ("0", "200", "400"), (8, 5, 2)),
        (8, 500, 13, ("0", "100", "200", "300", "400", "500", "600"), (12, 10, 8, 6, 4, 2, 0)),
        (8, 500, 24, ("0", "100", "200", "300", "400", "500"), (23, 19, 15, 11, 7, 3)),
        # MountainCar.
        (-200, -110, 9, ("-200", "-150", "-100"), (8, 4, 0)),
        (0.01, 0.31, 8, ("0", "0.1", "0.2", "0.3"), (7, 5, 3, 1)),
        (0, 0, 7, ("0", "0.5", "1.0", "1.5"), (6, 4, 2, 0)),
        (500, 500, 7, ("450", "500", "550", "600"), (6, 4, 2, 0)),
        (0, 27400, 7, ("0", "10k", "20k", "30k"), (6, 4, 2, 0)),
        (0, 1, 2, ("0", "1"), (1, 0)),
        # The bottom row is 20, no tick; the ticks are two rows apart all the same.
        (22, 41, 8, ("20", "25", "30", "35", "40", "45"), None),
    ],
)
def test_ticks_are_round_and_on_equally_spaced_rows(
    low: float, high: float, rows: int, labels: Sequence[str], tick_rows: Any
) -> None:
    axis = make_y_axis(low, high, rows)
    if tick_rows is not None:
        assert (axis.labels, axis.tick_rows) == (labels, tick_rows)
    assert axis.bottom <= low
    assert axis.top >= high


@pytest.mark.parametrize(
    ("rows", "labels"),
    [(5, ("0", "0.5", "1.0")), (9, ("0", "0.5", "1.0")), (11, ("0", "0.2", "0.4", "0.6", "0.8", "1.0"))],
)
def test_bounds_that_data_never_exceed_need_no_room(rows: int, labels: Sequence[str]) -> None:
    axis = make_y_axis(0, 1, rows, has_room=False)
    assert axis.labels == labels
    assert axis.tick_rows[-1] == 0


@given(FINITE, FINITE, ROWS, st.booleans(), st.booleans())
@example(0.0, 500.0, 9, False, True)
@example(5e-324, 1.7e308, 1, True, True)
def test_tick_rows_are_equally_spaced_and_labels_differ(
    one: float, other: float, rows: int, is_log: bool, has_room: bool
) -> None:
    axis = axis_of(one, other, rows, is_log=is_log, has_room=has_room)
    assert axis.bottom < axis.top or rows == 1
    assert len(axis.ticks) == len(axis.tick_rows) == len(set(axis.labels)) > 0
    assert len({below - above for below, above in pairwise(axis.tick_rows)}) <= 1
    assert all(0 <= row < rows for row in axis.tick_rows)
    assert all(label.isascii() for label in axis.labels)


@given(ORDINARY, ORDINARY, st.integers(4, 90), st.booleans())
def test_every_axis_has_two_ticks(one: float, other: float, rows: int, is_log: bool) -> None:
    assert len(axis_of(one, other, rows, is_log=is_log).ticks) >= 2


@given(FINITE, FINITE, ROWS, DOTS_DOWN, st.booleans())
def test_value_of_a_tick_is_on_the_reference_dot_of_its_row(
    one: float, other: float, rows: int, dots: int, is_log: bool
) -> None:
    axis = axis_of(one, other, rows, is_log=is_log)
    wanted = [row * dots + reference_dot(dots) for row in axis.tick_rows]
    assert axis.dot_rows(np.array(axis.ticks), dots).tolist() == wanted


@given(ORDINARY, ORDINARY, st.integers(4, 60), DOTS_DOWN)
def test_number_in_a_logarithmic_label_is_on_the_dot_of_its_tick(
    one: float, other: float, rows: int, dots: int
) -> None:
    axis = axis_of(one, other, rows, is_log=True)
    labelled = axis.dot_rows(np.array([float(label) for label in axis.labels]), dots)
    np.testing.assert_array_equal(labelled, axis.dot_rows(np.array(axis.ticks), dots))


@given(ORDINARY, ORDINARY, ROWS, DOTS_DOWN)
def test_all_data_are_inside_the_plot(one: float, other: float, rows: int, dots: int) -> None:
    axis = axis_of(one, other, rows)
    found = axis.dot_rows(np.linspace(min(one, other), max(one, other), 50), dots)
    assert found.min() >= 0
    assert found.max() <= (rows - 1) * dots + reference_dot(dots)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(-1e9, 0), ROWS, DOTS_DOWN)
def test_no_value_from_zero_up_is_below_the_zero_tick(
    value: float, high: float, low: float, rows: int, dots: int
) -> None:
    axis = make_y_axis(low, max(value, high), rows)
    of_value, of_zero = axis.dot_rows(np.array([value, 0.0]), dots)
    assert of_value <= of_zero


@pytest.mark.parametrize("dots", [1, 2, 4])
@pytest.mark.parametrize(("value", "rows_above_zero"), [(0, 0), (100, 4), (475, 19), (500, 20), (25, 1)])
def test_goal_has_its_own_row_worked_by_hand(dots: int, value: float, rows_above_zero: int) -> None:
    # 24 rows: 100 each 4 rows, a row is 25, the bottom row is 0.
    axis = make_y_axis(8, 500, 24)
    assert axis.dot_rows(np.array([float(value)]), dots)[0] == (23 - rows_above_zero) * dots + dots // 2


@given(st.floats(0, 0.9), st.floats(0.01, 1e6), st.integers(10, 90))
def test_most_of_the_height_is_used(share: float, high: float, rows: int) -> None:
    axis = make_y_axis(share * high, high, rows)
    low = 0.0 if share <= 0.25 else share * high
    used = (high - low) / (axis.top - axis.bottom)
    assert 0.55 < used < 1


@given(st.floats(0, 1e6), st.integers(4, 90))
def test_highest_value_does_not_touch_the_top(high: float, rows: int) -> None:
    axis = make_y_axis(0, high, rows)
    assert axis.dot_rows(np.array([high]), 4)[0] >= 4


@given(st.lists(st.floats(0.5, 1000), min_size=2, max_size=60), st.floats(-50, 0), st.integers(4, 60))
def test_axis_of_growing_data_never_returns_to_one_that_it_left(highs: Any, low: float, rows: int) -> None:
    axes = [make_y_axis(low, high, rows) for high in sorted(highs)]
    changes = [axis for earlier, axis in pairwise(axes) if axis != earlier]
    assert len(set(changes)) == len(changes)
    worths = [axis.scale.step / axis.scale.rows_per_tick for axis in axes]
    assert all(earlier <= later * (1 + 1e-12) for earlier, later in pairwise(worths))


def test_value_a_hair_below_zero_does_not_move_zero_up() -> None:
    axis = make_y_axis(-0.5, 90, 9)
    assert axis.bottom == 0
    assert axis.dot_rows(np.array([-0.5]), 4) == axis.dot_rows(np.array([0.0]), 4)


def test_new_data_within_the_bounds_does_not_move_them() -> None:
    assert len({make_y_axis(8 + shift, 480 + shift, 9) for shift in range(20)}) == 1


def test_a_decade_of_growth_changes_the_axis_at_most_two_dozen_times() -> None:
    for rows in range(4, 60, 7):
        axes = [make_y_axis(0, high, rows) for high in np.geomspace(50, 500, 400)]
        assert sum(earlier != later for earlier, later in pairwise(axes)) <= 24


@pytest.mark.parametrize(
    ("low", "high", "rows", "labels"),
    [
        (0.001, 0.9, 12, ("1e-3", "1e-2", "1e-1", "1e0")),
        (1e-9, 1e9, 12, ("1e-10", "1e0", "1e10")),
        (0.02, 0.03, 8, None),
        (-5, 3, 8, None),
        (0, 0, 8, None),
    ],
)
def test_logarithmic_ticks_are_powers_of_ten_where_the_range_is_wide(
    low: float, high: float, rows: int, labels: Sequence[str]
) -> None:
    axis = make_y_axis(low, high, rows, is_log=True)
    assert 0 < axis.bottom < axis.top
    assert len(axis.ticks) >= 2
    if labels:
        assert axis.labels == labels


def test_values_without_a_logarithm_have_no_row() -> None:
    axis = make_y_axis(0.1, 10, 8, is_log=True)
    found = axis.dot_rows(np.array([0.1, 1, 10, 0, -1, math.nan, math.inf]), 4)
    assert found[0] - found[1] == found[1] - found[2] > 0
    assert np.isnan(found[3:]).all()
