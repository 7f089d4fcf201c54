"""Running statistics against numbers worked by hand and against NumPy's on the whole table."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dqn_tui.operations.probe_counts import BINS, Columns, Totals


def _count(*rows: list[float]) -> Columns:
    columns = Columns(len(rows[0]))
    for row in rows:
        columns.add(np.array(row, np.float32))
    return columns


def test_statistics_of_each_column_by_hand() -> None:
    first, second = _count([1, 5], [2, 5], [3, 5], [6, 5]).spreads()
    assert (first.count, first.low, first.high, first.mean) == (4, 1, 6, 3)
    # Squares of -2, -1, 0 and 3 are 14 together.
    assert first.std == math.sqrt(14 / 4)
    assert first.histogram == (1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1)
    assert second.is_constant
    assert second.std == 0
    assert sum(second.histogram) == 4


def test_numbers_that_are_not_finite_are_counted_and_left_out() -> None:
    first, second = _count([1, math.nan], [math.inf, math.nan], [3, -math.inf]).spreads()
    assert (first.count, first.non_finite, first.low, first.high, first.mean, first.std) == (2, 1, 1, 3, 2, 1)
    assert not first.is_constant
    assert (second.count, second.non_finite, second.mean, second.largest) == (0, 3, None, 0)


def test_the_ends_of_the_range_of_floats_do_no_harm() -> None:
    (spread,) = _count([3e38], [-3e38]).spreads()
    assert spread.histogram == (1, *[0] * (BINS - 2), 1)


def test_without_rows_and_without_columns_there_is_nothing() -> None:
    assert [spread.count for spread in Columns(2).spreads()] == [0, 0]
    assert Columns(0).spreads() == []


@given(arrays(np.float64, (7, 3), elements=st.floats(-1e6, 1e6)))
def test_they_are_those_of_the_whole_table(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    columns = Columns(3)
    for row in table:
        columns.add(row)
    for column, spread in enumerate(columns.spreads()):
        values = table[:, column]
        np.testing.assert_allclose(
            np.array([spread.low, spread.high, spread.mean, spread.std], np.float64),
            [values.min(), values.max(), values.mean(), values.std()],
            rtol=1e-9,
            atol=1e-6,
        )
        assert sum(spread.histogram) == 7


def test_many_rows_are_sampled_evenly() -> None:
    columns = Columns(1)
    columns._most_rows = 8
    for value in range(100):
        columns.add(np.array([value]))
    (spread,) = columns.spreads()
    assert spread.count == 100
    assert sum(spread.histogram) <= 8
    assert len(columns._samples) == sum(spread.histogram)
    assert {int(sample[0]) % columns._stride for sample in columns._samples} == {0}


def test_totals_of_arrays_by_hand() -> None:
    totals = Totals()
    totals.add(np.array([[0, 255], [0, 1]], np.uint8))
    totals.add(np.array([4, math.nan, 0], np.float32))
    spread = totals.spread()
    assert (spread.count, spread.non_finite, spread.low, spread.high) == (6, 1, 0, 255)
    assert spread.mean == 260 / 6
    assert totals.zero_fraction == 0.5
    assert Totals().spread().count == 0
