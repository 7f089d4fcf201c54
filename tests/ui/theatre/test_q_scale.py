"""The scale of the Q-value bars, by hand and by properties."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.ui.theatre.q_scale import QScale, round_outward
from tests import fakes

FRAME = fakes.make_frame(3)
VALUES = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6)


def scale_of(*values: float, mask: tuple[bool, ...] | None = None) -> QScale:
    scale = QScale()
    scale.include(dataclasses.replace(FRAME, q_values=values, mask=mask))
    return scale


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.0, 0), (-3, 0), (1, 1), (1.01, 1.5), (7, 8), (8.1, 10), (43.1, 50), (0.021, 0.03)]
)
def test_ends_are_rounded_outward(value: float, rounded: float) -> None:
    assert round_outward(value) == pytest.approx(rounded)


def test_bars_of_both_signs_start_at_the_zero_line() -> None:
    scale = scale_of(-40, 60)
    assert (scale.low, scale.high) == (-40, 60)
    # 21 cells: 20 for 100 units, so 5 units a cell, and one for the zero line.
    assert scale.zero_column(21) == 8
    assert scale.columns(-40, 21) == (0, 8)
    assert scale.columns(60, 21) == (9, 21)
    assert scale.columns(-10, 21) == (6, 8)
    assert scale.columns(25, 21) == (9, 14)
    assert scale.columns(0, 21) == (8, 8)


def test_all_negative_values_hang_from_a_zero_line_on_the_right() -> None:
    scale = scale_of(-99, -50)
    assert (scale.low, scale.high) == (-100, 0)
    assert scale.zero_column(21) == 20
    assert scale.columns(-50, 21) == (10, 20)
    assert scale.columns(-99, 21) == (0, 20)


def test_positive_values_have_their_zero_line_on_the_left() -> None:
    scale = scale_of(3, 4)
    assert (scale.low, scale.high) == (0, 4)
    assert scale.zero_column(21) == 0
    assert scale.columns(3, 21) == (1, 16)


def test_a_small_value_of_the_other_sign_has_a_cell() -> None:
    scale = scale_of(-0.001, 900)
    assert scale.zero_column(21) == 1
    assert scale.columns(-0.001, 21) == (0, 1)
    scale = scale_of(-900, 0.001)
    assert scale.zero_column(21) == 19
    assert scale.columns(0.001, 21) == (20, 21)


def test_masked_actions_and_odd_numbers_do_not_count() -> None:
    scale = scale_of(1.0, 900.0, math.nan, math.inf, mask=(True, False, True, True))
    assert (scale.low, scale.high) == (0, 1)
    assert scale.columns(math.nan, 10) == scale.columns(math.inf, 10) == (0, 0)


def test_a_new_policy_starts_a_new_scale() -> None:
    scale = scale_of(-500, 20)
    scale.include(dataclasses.replace(FRAME, q_values=(1.0,), episode=2))
    assert scale.low == -500
    scale.include(dataclasses.replace(FRAME, q_values=(1.0,), episode=3, policy="live @ step 20,000"))
    assert (scale.low, scale.high) == (0, 1)


def test_decimals_follow_the_range() -> None:
    assert [scale_of(value).decimals for value in (400, 1, 0.5, 0.05, 0.00001, 0)] == [2, 2, 3, 4, 5, 2]


@given(st.lists(VALUES, max_size=8))
def test_the_scale_never_shrinks_and_includes_all_that_was_seen(frames: list[list[float]]) -> None:
    scale = QScale()
    for values in frames:
        low, high = scale.low, scale.high
        scale.include(dataclasses.replace(FRAME, q_values=tuple(values)))
        assert scale.low <= low <= 0 <= high <= scale.high
        finite = [value for value in values if math.isfinite(value) and abs(value) <= 1e300]
        assert all(scale.low <= value <= scale.high for value in finite)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6), st.integers(1, 120))
def test_bars_lie_inside_and_on_the_side_of_their_sign(values: list[float], width: int) -> None:
    scale = scale_of(*values)
    zero = scale.zero_column(width)
    assert 0 <= zero < width
    for value in values:
        start, end = scale.columns(value, width)
        assert 0 <= start <= end <= max(width, zero + 1)
        assert end <= zero if value < 0 else start >= zero


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=6), st.integers(20, 120))
def test_a_larger_value_has_no_shorter_bar(values: list[float], width: int) -> None:
    scale = scale_of(*values)
    for sign in (1, -1):
        lengths = [
            end - start
            for start, end in (scale.columns(value, width) for value in sorted(values, key=abs) if value * sign > 0)
        ]
        assert lengths == sorted(lengths)
