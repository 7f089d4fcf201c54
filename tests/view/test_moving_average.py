from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.moving_average import MovingAverage

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80)
SPANS = st.integers(2, 200)


def naive(values: list[float], span: int) -> float:
    """The mean of all values, each weighted by the decay to the power of its age."""
    decay = 1 - 2 / (span + 1)
    weights = [decay ** (len(values) - 1 - index) for index in range(len(values))]
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)


@given(VALUES, SPANS)
def test_average_is_that_of_a_naive_twin(values: list[float], span: int) -> None:
    average = MovingAverage(span)
    for count, value in enumerate(values, start=1):
        assert average.push(value) == pytest.approx(naive(values[:count], span), rel=1e-9, abs=1e-6)


def test_numbers_worked_by_hand() -> None:
    # span 3: decay 1/2; (1/2 * 4 + 1/4 * 1) / (3/4) = 3, (1/2 * 0 + 1/4 * 4 + 1/8 * 1) / (7/8) = 9/7
    average = MovingAverage(3)
    assert [average.push(value) for value in (1.0, 4.0, 0.0)] == pytest.approx([1, 3, 9 / 7])


@given(st.floats(-1e300, 1e300), SPANS)
def test_average_of_a_constant_is_the_constant_from_the_first_value_on(value: float, span: int) -> None:
    average = MovingAverage(span)
    assert [average.push(value) for _ in range(20)] == pytest.approx([value] * 20)


@given(VALUES, VALUES, SPANS)
def test_restored_average_continues_as_if_never_interrupted(before: Any, after: Any, span: int) -> None:
    average, resumed = MovingAverage(span), MovingAverage(span)
    for value in before:
        newest = average.push(value)
    resumed.restore(newest, len(before))
    for value in after:
        assert resumed.push(value) == pytest.approx(average.push(value), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("span", [5, 20, 100])
def test_huge_value_fades_without_a_trace(span: int) -> None:
    average = MovingAverage(span)
    average.push(1e300)
    for _ in range(span * 400):
        newest = average.push(2.5)
    assert newest == pytest.approx(2.5, rel=1e-12)


@pytest.mark.parametrize("span", [5, 20, 100])
def test_weight_of_a_value_halves_every_third_of_the_span(span: int) -> None:
    half_life = math.log(0.5) / math.log(1 - 2 / (span + 1))
    assert half_life == pytest.approx(0.35 * span, rel=0.05)


def test_average_is_as_smooth_as_a_plain_mean_of_span_values() -> None:
    decay, span = 1 - 2 / 21, 20
    variance = sum(((1 - decay) * decay**age) ** 2 for age in range(2000))
    assert variance == pytest.approx(1 / span)
