from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.rolling_mean import RollingMean


@given(st.lists(st.integers(-500, 500), max_size=60), st.integers(1, 12))
def test_mean_is_exactly_that_of_the_newest_values(values: list[float], window: int) -> None:
    mean = RollingMean(window)
    assert mean.mean is None
    for x, value in enumerate(values):
        mean.append(x, float(value))
        newest = values[max(0, x + 1 - window) : x + 1]
        assert mean.mean == sum(newest) / len(newest)


def test_values_that_are_not_finite_are_ignored() -> None:
    mean = RollingMean(3)
    for value in (math.nan, 1.0, math.inf, 3.0):
        mean.append(0, value)
    assert mean.mean == 2.0


def test_a_huge_value_leaves_no_trace_and_a_huge_sum_does_not_overflow() -> None:
    mean = RollingMean(3)
    for x, value in enumerate((1.5e308, 1.5e308, 1.5e308)):
        mean.append(x, value)
    assert mean.mean == pytest.approx(1.5e308)
    for value in (2.0, 3.0, 4.0):
        mean.append(9, value)
    assert mean.mean == 3.0


def test_window_is_full_again_after_forgetting() -> None:
    mean, twin = RollingMean(100), RollingMean(100)
    for x in range(500):
        mean.append(x, float(x * x))
    for x in range(301):
        twin.append(x, float(x * x))
    mean.forget_after(300)
    for one in (mean, twin):
        one.append(301, 7.0)
    assert mean.mean == twin.mean


def test_memory_is_bounded() -> None:
    mean = RollingMean(10)
    for x in range(10_000):
        mean.append(x, 1.0)
    assert len(mean._points) == 500
