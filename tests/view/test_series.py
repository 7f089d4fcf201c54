from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.rolling_mean import RollingMean
from dqn_tui.view.series import Series, SmoothedSeries

VALUES = st.floats(-1e6, 1e6, allow_nan=False) | st.sampled_from([math.nan, math.inf, -math.inf])
POINTS = st.lists(st.tuples(st.integers(0, 40), VALUES), max_size=200)


def fill(series: Series, steps: list[tuple[int, float]]) -> list[tuple[float, float]]:
    """Append (distance to the next point, value); the points with their x."""
    x, points = 0, []
    for distance, y in steps:
        x += distance
        series.append(x, y)
        points.append((float(x), y))
    return points


def naive_columns(points: list[tuple[float, float]], width: float, start: float, end: float, count: int):
    """Minimum, maximum, mean, last and count for each column, from all points."""
    buckets: dict[float, list[tuple[float, float]]] = {}
    for x, y in points:
        if math.isfinite(y):
            buckets.setdefault(x // width, []).append((x, y))
    columns: list[list[float]] = [[] for _ in range(count)]
    for bucket in buckets.values():
        middle = bucket[0][0] / 2 + bucket[-1][0] / 2
        if start <= middle <= end:
            place = int((middle - start) * (count / (end - start)))
            columns[min(count - 1, place)] += [y for _, y in bucket]
    nan = math.nan
    return [(min(c), max(c), sum(c) / len(c), c[-1], len(c)) if c else (nan, nan, nan, nan, 0) for c in columns]


@given(POINTS, st.sampled_from([4, 5, 8, 16, 300]), st.integers(1, 30), st.integers(0, 50), st.integers(1, 4000))
def test_columns_are_those_of_a_naive_twin(steps, capacity, count, start, span):
    series = Series(capacity)
    points = fill(series, steps)
    found = series.columns(start, start + span, count)
    wanted = np.array(naive_columns(points, series.bucket_width, start, start + span, count)).T
    for name, expected in zip(("minimum", "maximum", "mean", "last", "count"), wanted, strict=True):
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-9, atol=1e-6)


@given(POINTS, st.sampled_from([4, 5, 8, 16]))
def test_bounds_count_and_last_are_exact_after_any_number_of_doublings(steps, capacity):
    series = Series(capacity)
    points = fill(series, steps)
    finite = [y for _, y in points if math.isfinite(y)]
    assert series.count == len(points)
    assert series.gaps == len(points) - len(finite)
    assert series.minimum == min(finite, default=None)
    assert series.maximum == max(finite, default=None)
    assert series.last == (finite[-1] if finite else None)
    assert series.columns(0, 1e9, 1).count[0] == len(finite)


def test_columns_of_numbers_worked_by_hand():
    series = Series()
    for x, y in [(0, 1.0), (1, 5.0), (2, 3.0), (8, -2.0), (10, 7.0)]:
        series.append(x, y)
    columns = series.columns(0, 10, 5)
    np.testing.assert_array_equal(columns.minimum, [1, 3, np.nan, np.nan, -2])
    np.testing.assert_array_equal(columns.maximum, [5, 3, np.nan, np.nan, 7])
    np.testing.assert_array_equal(columns.mean, [3, 3, np.nan, np.nan, 2.5])
    np.testing.assert_array_equal(columns.last, [5, 3, np.nan, np.nan, 7])
    np.testing.assert_array_equal(columns.count, [2, 1, 0, 0, 2])


def test_full_table_doubles_the_bucket_width_and_merges_neighbours():
    series = Series(capacity=4)
    for x in range(5):
        series.append(x, float(x))
    assert series.bucket_width == 2
    np.testing.assert_array_equal(series.window(0, 10)[4], [0 + 1, 2 + 3, 4])


def test_single_spike_among_many_points_still_shows():
    series = Series(capacity=64)
    for x in range(100_000):
        series.append(x, 1e6 if x == 54_321 else 0.0)
    columns = series.columns(0, 100_000, 10)
    assert columns.maximum.tolist() == [0, 0, 0, 0, 0, 1e6, 0, 0, 0, 0]


def test_memory_does_not_grow_with_the_run():
    series = SmoothedSeries(capacity=64)

    def size() -> int:
        tables = [series._table, *(series.smooth(window)._table for window in SmoothedSeries.WINDOWS)]
        return sum(table.nbytes for table in tables)

    before = size()
    for x in range(20_000):
        series.append(x, float(x))
    assert size() == before
    assert len(series._recent) == 500


def test_few_points_far_apart_keep_their_own_buckets():
    series = Series(capacity=8)
    for x in range(0, 8_000_000, 1_000_000):
        series.append(x, float(x))
    assert series.bucket_width == 1
    assert series.window(0, 1e9).shape[1] == 8


def test_x_that_went_back_counts_as_the_newest_x():
    series = Series()
    series.append(10, 1.0)
    series.append(4, 2.0)
    assert (series.x_first, series.x_last, series.last) == (10, 10, 2.0)


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_x_that_is_not_finite_is_a_gap_and_harms_nothing(x):
    series = Series()
    series.append(x, 1.0)
    assert series.last is None
    series.append(3, 2.0)
    assert (series.x_first, series.last) == (3, 2.0)


def test_empty_series_has_no_values():
    series = Series()
    assert (series.minimum, series.maximum, series.last, series.quantiles()) == (
        None,
        None,
        None,
        (None, None),
    )
    assert np.isnan(series.columns(0, 1, 3).mean).all()
    assert series.columns(0, 1, 0).mean.shape == (0,)


def test_window_without_finite_ends_holds_nothing():
    series = Series()
    series.append(1, 1.0)
    assert np.isnan(series.columns(math.nan, math.inf, 3).mean).all()


def test_values_near_the_largest_float_do_not_overflow_the_mean():
    series = Series(capacity=4)
    for x in range(50):
        series.append(x, 1e308)
    assert series.columns(0, 50, 1).mean[0] == 1e308


def test_version_grows_with_each_point_gaps_included():
    series = Series()
    versions = [series.version]
    for y in (1.0, math.nan, 2.0):
        series.append(1, y)
        versions.append(series.version)
    assert all(earlier < later for earlier, later in pairwise(versions))


def test_quantiles_of_a_hundred_buckets():
    series = Series()
    for x in range(101):
        series.append(x, float(x))
    assert series.quantiles() == (50.0, 95.0)


def test_capacity_under_four_is_refused():
    with pytest.raises(ValueError, match="capacity must be >= 4, got 3"):
        Series(3)


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 12))
def test_rolling_mean_is_that_of_a_naive_twin(values, window):
    mean = RollingMean(window)
    for count, value in enumerate(values, start=1):
        newest = values[max(0, count - window) : count]
        assert mean.push(value) == pytest.approx(sum(newest) / len(newest), abs=1e-6)


def test_rolling_mean_forgets_a_huge_value_without_a_trace():
    mean = RollingMean(3)
    results = [mean.push(value) for value in (1e300, 1.0, 2.0, 3.0, 4.0)]
    assert results[-2:] == [2.0, 3.0]


def test_smooth_series_is_the_mean_of_the_newest_points_and_passes_over_gaps():
    series = SmoothedSeries()
    for x, y in enumerate([1.0, 2.0, math.nan, *[3.0] * 9]):
        series.append(x, y)
    assert series.smooth(1) is series
    assert series.smooth(10).last == pytest.approx((2 + 9 * 3) / 10)
    assert series.smooth(100).last == pytest.approx((1 + 2 + 9 * 3) / 11)


def test_forgetting_a_future_gives_the_series_that_never_had_it():
    series, twin = SmoothedSeries(), SmoothedSeries()
    for x in range(30):
        series.append(x, float(x * x))
    for x in range(21):
        twin.append(x, float(x * x))
    series.forget_after(20)
    for one in (series, twin):
        one.append(25, 4.0)
    assert (series.count, series.last, series.x_last, series.maximum) == (22, 4.0, 25, 400.0)
    for window in SmoothedSeries.WINDOWS:
        np.testing.assert_allclose(series.smooth(window).window(0, 99), twin.smooth(window).window(0, 99))


def test_forgetting_everything_leaves_an_empty_series():
    series = Series()
    series.append(10, 1.0)
    series.forget_after(5)
    assert (series.count, series.last, series.x_first, series.x_last) == (0, None, None, None)
    series.append(3, 2.0)
    assert (series.x_first, series.last) == (3, 2.0)
