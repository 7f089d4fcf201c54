from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.axis import draw_x_axis, format_ticks, make_y_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("low", "high", "rows", "labels"),
    [
        (8, 500, 9, ("0", "250", "500")),
        (8, 500, 13, ("0", "100", "200", "300", "400", "500")),
        (-200, -110, 9, ("-200", "-150", "-100")),
        (0.01, 0.31, 8, ("0", "0.2", "0.4")),
        (0, 0, 7, ("0", "0.5", "1.0")),
        (500, 500, 7, ("450", "500", "550")),
        (0, 27400, 7, ("0", "10k", "20k", "30k")),
    ],
)
def test_bounds_are_rounded_outward_to_round_ticks(low, high, rows, labels):
    axis = make_y_axis(low, high, rows)
    assert axis.labels == labels
    assert axis.bottom <= low
    assert axis.top >= high


def test_new_data_within_the_bounds_does_not_move_them():
    axes = {make_y_axis(8 + shift, 480 + shift, 9) for shift in range(20)}
    assert len(axes) == 1


def test_fixed_bounds_are_kept():
    axis = make_y_axis(0, 1, 12, is_fixed=True)
    assert (axis.bottom, axis.top) == (0, 1)
    assert axis.labels == ("0", "0.25", "0.50", "0.75", "1.00")


def test_fixed_bounds_of_a_low_chart_are_its_ticks():
    assert make_y_axis(1.1, 1.9, 2, is_fixed=True).labels == ("1.1", "1.9")


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.012, 0.9, ("1e-1", "1e0")),
        (0.02, 0.03, ("2e-2", "5e-2")),
        (1e-9, 1e9, None),
        (-5, 3, ("1e0",)),
        (0, 0, None),
    ],
)
def test_logarithmic_ticks_are_decades_where_there_are_two(low, high, labels):
    axis = make_y_axis(low, high, 8, is_log=True)
    assert 0 < axis.bottom < axis.top
    assert len(axis.ticks) >= 2
    if labels:
        assert set(labels) <= set(axis.labels)


def test_values_without_a_logarithm_have_no_height():
    axis = make_y_axis(0.1, 10, 8, is_log=True)
    np.testing.assert_allclose(axis.fraction(np.array([0.1, 1, 10])), [0, 0.5, 1], atol=1e-12)
    assert np.isnan(axis.fraction(np.array([0, -1, math.nan, math.inf]))).all()


@given(FINITE, FINITE, st.integers(1, 60), st.booleans(), st.booleans())
def test_any_range_gives_different_labels_inside_the_bounds(one, other, rows, is_log, is_fixed):
    axis = make_y_axis(min(one, other), max(one, other), rows, is_log=is_log, is_fixed=is_fixed)
    assert axis.bottom < axis.top
    assert len(set(axis.labels)) == len(axis.ticks) > 0
    slack = 1e-8 * (axis.top / 2 - axis.bottom / 2)
    assert all(axis.bottom - slack <= tick <= axis.top + slack for tick in axis.ticks)
    assert all(label.isascii() for label in axis.labels)


@pytest.mark.parametrize(
    ("ticks", "step", "labels"),
    [
        ((0.0, 0.25, 0.5), 0.25, ("0", "0.25", "0.50")),
        ((0.0, 2500.0, 5000.0), 2500.0, ("0", "2500", "5000")),
        ((100_000.0, 100_100.0), 100.0, ("100000", "100100")),
        ((0.0, 1e6, 2e6), 1e6, ("0", "1M", "2M")),
        ((0.0, 2e-5, 4e-5), 2e-5, ("0", "2e-5", "4e-5")),
        ((), 1.0, ()),
    ],
)
def test_labels_share_a_unit_and_differ(ticks, step, labels):
    assert format_ticks(ticks, step) == labels


def test_x_axis_has_round_labels_and_the_end():
    assert draw_x_axis(0, 27400, 40, is_ascii=False) == "0────────────10k────────────20k────27.4k"
    assert draw_x_axis(0, 50000, 40, is_ascii=True) == "0--------------20k-------------40k---50k"


@given(FINITE, st.floats(1e-3, 1e12), st.integers(0, 200), st.booleans())
def test_x_axis_is_exactly_as_wide_as_asked(start, span, width, is_ascii):
    if start + span > start:
        row = draw_x_axis(start, start + span, width, is_ascii)
        assert len(row) == width
        assert row.isascii() or not is_ascii


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(10, 200))
def test_x_labels_never_touch_nor_repeat(start, span, width):
    labels = draw_x_axis(start, start + span, width, is_ascii=False).replace("─", " ").split()
    assert len(set(labels)) == len(labels)
