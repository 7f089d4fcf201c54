"""The interquartile mean and its interval, against what can be worked by hand or counted out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.interquartile import (
    bootstrap_band,
    bootstrap_interval,
    interquartile_mean,
    probability_of_improvement,
)

SCORES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([5.0], 5.0),
        ([1, 2, 6], 3.0),
        ([100, 2, 4, -50], 3.0),
        ([9, 1, 2, 3, 100], 14 / 3),
        # int(0.25 * 10) = 2 go on each side.
        ([10, 9, 8, 7, 6, 5, 4, 3, 2, -1000], (3 + 4 + 5 + 6 + 7 + 8) / 6),
    ],
)
def test_a_quarter_goes_on_each_side(scores: list[float], expected: float) -> None:
    assert interquartile_mean(scores) == pytest.approx(expected)


@given(SCORES)
def test_it_is_scipys_trim_mean_written_naively(scores: list[float]) -> None:
    """`scipy.stats.trim_mean(scores, 0.25)`: int(0.25 n) of the sorted scores are left out at each end."""
    left = sorted(scores)
    for _ in range(int(0.25 * len(scores))):
        left = left[1:-1]
    assert interquartile_mean(scores) == pytest.approx(sum(left) / len(left), abs=1e-6)


def test_it_is_taken_along_the_last_axis() -> None:
    assert interquartile_mean([[0, 1, 3, 100], [5, 5, 5, 5]]).tolist() == [2.0, 5.0]


def test_the_interval_is_that_of_all_resamples_counted_out() -> None:
    """Of the 5^5 resamples of these runs 0.7 % have the mean 0 and 2.9 % at most 1; 97.1 % at most 22, 99.3 % 23."""
    scores = [0.0, 3.0, 6.0, 9.0, 30.0]
    means = interquartile_mean(np.array(list(product(scores, repeat=5))))
    assert np.percentile(means, [2.5, 97.5]).tolist() == [1.0, 23.0]
    assert bootstrap_interval([scores]) == (1.0, 23.0)


def test_runs_are_drawn_within_their_task_only() -> None:
    """Drawn from all runs at once, the mean of constant tasks 0 and 10 would vary."""
    assert bootstrap_interval([[0, 0, 0], [10, 10, 10]]) == (5.0, 5.0)
    assert bootstrap_interval([[0, 0, 0, 10, 10, 10]]) == (0.0, 10.0)


@given(SCORES)
def test_the_interval_lies_within_the_scores(scores: list[float]) -> None:
    low, high = bootstrap_interval([scores], replications=100)
    assert min(scores) - 1e-6 <= low <= high <= max(scores) + 1e-6


def naive_band(values: list[list[float]], sizes: list[int], replications: int) -> list[tuple[float, float]]:
    """Each replication sorted and averaged, from the same draws."""
    generator = np.random.Generator(np.random.PCG64(0))
    draws, start = [], 0
    for size in sizes:
        draws.append(generator.integers(0, size, (replications, size)) + start)
        start += size
    drawn = np.concatenate(draws, axis=1)
    columns = np.array(values, float).T
    means = [[float(interquartile_mean(column[row])) for row in drawn] for column in columns]
    return [(float(np.percentile(row, 2.5)), float(np.percentile(row, 97.5))) for row in means]


@given(st.lists(st.lists(st.floats(-100, 100), min_size=3, max_size=3), min_size=2, max_size=9), st.data())
def test_the_band_of_a_curve_is_that_of_sorting_each_replication(
    values: list[list[float]], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(values)))
    sizes = [first, len(values) - first] if first < len(values) else [first]
    low, high = bootstrap_band(np.array(values), sizes, replications=30)
    for number, (lower, upper) in enumerate(naive_band(values, sizes, 30)):
        assert (low[number], high[number]) == (pytest.approx(lower, abs=1e-9), pytest.approx(upper, abs=1e-9))


def test_the_band_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    values = np.sqrt(np.arange(44.0).reshape(11, 4))
    bands = [np.array(bootstrap_band(values, [11], replications=50, seed=seed)) for seed in (1, 1, 2)]
    assert (bands[0] == bands[1]).all()
    assert not (bands[0] == bands[2]).all()


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([[3, 4]], [[1, 2]], 1.0),
        ([[1, 2]], [[3, 4]], 0.0),
        # Of the four pairs 2 > 1 alone is better, 2 = 2 is a tie, and 1 = 1 another.
        ([[1, 2]], [[1, 2]], 0.5),
        # 5 > 1, 5 > 3, 2 > 1 and not 2 > 3.
        ([[5, 2]], [[1, 3]], 0.75),
        # 1 in the first task, 1/2 in the second.
        ([[3], [7]], [[2], [7]], 0.75),
        ([[1, 1, 9]], [[2]], 1 / 3),
    ],
)
def test_probability_of_improvement_counts_pairs_in_each_task(
    x: list[list[float]], y: list[list[float]], expected: float
) -> None:
    assert probability_of_improvement(x, y) == pytest.approx(expected)
