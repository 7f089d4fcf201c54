"""The interquartile mean and its interval, against what can be worked by hand or counted out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.interquartile import bootstrap_interval, interquartile_mean

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
