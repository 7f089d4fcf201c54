from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def naive_columns(points: list[tuple[float, float]], width: float, start: float, end: float, count: int) -> Any:
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
def test_columns_are_those_of_a_naive_twin(steps: Any, capacity: int, count: int, start: float, span: float) -> None:
    series = Series(capacity)
    points = fill(series, steps)
    found = series.columns(start, start + span, count)
    wanted = np.array(naive_columns(points, series.bucket_width, start, start + span, count)).T
    for name, expected in zip(("minimum", "maximum", "mean", "last", "count"), wanted, strict=True):
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-9, atol=1e-6)


@given(POINTS, st.sampled_from([4, 5, 8, 16]))
def test_bounds_count_and_last_are_exact_after_any_number_of_doublings(steps: Any, capacity: int) -> None:
    series = Series(capacity)
    points = fill(series, steps)
    finite = [y for _, y in points if math.isfinite(y)]
    assert series.count == len(points)
    assert series.gaps == len(points) - len(finite)
    assert series.minimum == min(finite, default=None)
    assert series.maximum == max(finite, default=None)
    assert series.last == (finite[-1] if finite else None)
    assert series.columns(0, 1e9, 1).count[0] == len(finite)


def test_columns_of_numbers_worked_by_hand() -> None:
    series = Series()
    for x, y in [(0, 1.0), (1, 5.0), (2, 3.0), (8, -2.0), (10, 7.0)]:
        series.append(x, y)
    columns = series.columns(0, 10, 5)
    np.testing.assert_array_equal(columns.minimum, [1, 3, np.nan, np.nan, -2])
    np.testing.assert_array_equal(columns.maximum, [5, 3, np.nan, np.nan, 7])
    np.testing.assert_array_equal(columns.mean, [3, 3, np.nan, np.nan, 2.5])
    np.testing.assert_array_equal(columns.last, [5, 3, np.nan, np.nan, 7])
    np.testing.assert_array_equal(columns.count, [2, 1, 0, 0, 2])


def test_full_table_doubles_the_bucket_width_and_merges_neighbours() -> None:
    series = Series(capacity=4)
    for x in range(5):
        series.append(x, float(x))
    assert series.bucket_width == 2
    np.testing.assert_array_equal(series.window(0, 10)[4], [0 + 1, 2 + 3, 4])


def test_single_spike_among_many_points_still_shows() -> None:
    series = Series(capacity=64)
    for x in range(100_000):
        series.append(x, 1e6 if x == 54_321 else 0.0)
    columns = series.columns(0, 100_000, 10)
    assert columns.maximum.tolist() == [0, 0, 0, 0, 0, 1e6, 0, 0, 0, 0]


def test_memory_does_not_grow_with_the_run() -> None:
    series = SmoothedSeries(capacity=64)

    def size() -> int:
        tables = [series._table, *(series.smooth(window)._table for window in SmoothedSeries.WINDOWS)]
        return sum(table.nbytes for table in tables)

    before = size()
    for x in range(20_000):
        series.append(x, float(x))
    assert size() == before


def test_few_points_far_apart_keep_their_own_buckets() -> None:
    series = Series(capacity=8)
    for x in range(0, 8_000_000, 1_000_000):
        series.append(x, float(x))
    assert series.bucket_width == 1
    assert series.window(0, 1e9).shape[1] == 8


def test_x_that_went_back_counts_as_the_newest_x() -> None:
    series = Series()
    series.append(10, 1.0)
    series.append(4, 2.0)
    assert (series.x_first, series.x_last, series.last) == (10, 10, 2.0)


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_x_that_is_not_finite_is_a_gap_and_harms_nothing(x: float) -> None:
    series = Series()
    series.append(x, 1.0)
    assert series.last is None
    series.append(3, 2.0)
    assert series.x_first == 3
    assert series.last == 2.0


def test_empty_series_has_no_values() -> None:
    series = Series()
    assert (series.minimum, series.maximum, series.last, series.is_binary) == (None, None, None, False)
    assert np.isnan(series.columns(0, 1, 3).mean).all()
    assert series.columns(0, 1, 0).mean.shape == (0,)


def test_window_without_finite_ends_holds_nothing() -> None:
    series = Series()
    series.append(1, 1.0)
    assert np.isnan(series.columns(math.nan, math.inf, 3).mean).all()


def test_values_near_the_largest_float_do_not_overflow_the_mean() -> None:
    series = Series(capacity=4)
    for x in range(50):
        series.append(x, 1e308)
    assert series.columns(0, 50, 1).mean[0] == 1e308


def test_version_grows_with_each_point_gaps_included() -> None:
    series = Series()
    versions = [series.version]
    for y in (1.0, math.nan, 2.0):
        series.append(1, y)
        versions.append(series.version)
    assert all(earlier < later for earlier, later in pairwise(versions))


def test_capacity_under_four_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity must be >= 4, got 3"):
        Series(3)


def test_forgetting_a_future_gives_the_series_that_never_had_it() -> None:
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


def test_averages_restart_where_everything_is_forgotten() -> None:
    series = SmoothedSeries()
    for x in range(10, 20):
        series.append(x, 1e6)
    series.forget_after(5)
    series.append(6, 3.0)
    assert [series.smooth(window).last for window in SmoothedSeries.WINDOWS] == pytest.approx([3.0] * 5)


@pytest.mark.parametrize("window", SmoothedSeries.WINDOWS)
def test_smoothed_value_of_a_steady_rise_lags_less_than_half_the_window(window: int) -> None:
    series = SmoothedSeries()
    for x in range(2000):
        series.append(x, float(x))
        last = series.smooth(window).last
        assert last is not None
        lag = x - last
        assert -1e-6 < lag < window / 2
    assert lag == pytest.approx((window - 1) / 2)


def test_averages_skip_gaps_and_window_1_is_the_series_itself() -> None:
    series, twin = SmoothedSeries(), SmoothedSeries()
    for x, y in enumerate([1.0, math.nan, 2.0, math.inf, 3.0]):
        series.append(x, y)
    for x, y in enumerate([1.0, 2.0, 3.0]):
        twin.append(x, y)
    assert series.smooth(1) is series
    assert [series.smooth(w).last for w in (5, 20)] == [twin.smooth(w).last for w in (5, 20)]


def test_windows_have_names_and_lighter_neighbours() -> None:
    assert [SmoothedSeries.smoothing_name(window) for window in SmoothedSeries.WINDOWS][:2] == ["raw", "ema5"]
    assert [SmoothedSeries.lighter(window) for window in SmoothedSeries.WINDOWS] == [1, 5, 5, 20, 50]


@given(st.lists(st.sampled_from([0.0, 1.0, 0.5, math.nan]), min_size=1, max_size=40), st.integers(0, 40))
def test_binary_series_is_told_also_after_forgetting(values: list[float], kept: int) -> None:
    series = Series()
    for x, y in enumerate(values):
        series.append(x, y)
        finite = [value for value in values[: x + 1] if math.isfinite(value)]
        assert series.is_binary == (bool(finite) and set(finite) <= {0.0, 1.0})
    series.forget_after(kept)
    finite = [value for value in values[: kept + 1] if math.isfinite(value)]
    assert series.is_binary == (bool(finite) and set(finite) <= {0.0, 1.0})


def test_forgetting_everything_leaves_an_empty_series() -> None:
    series = Series()
    series.append(10, 1.0)
    series.forget_after(5)
    assert (series.count, series.last, series.x_first, series.x_last) == (0, None, None, None)
    series.append(3, 2.0)
    assert series.x_first == 3
    assert series.last == 2.0


STATE = ("version", "count", "gaps", "last", "x_first", "x_last", "bucket_width", "is_binary", "minimum", "maximum")


@given(st.lists(POINTS | st.lists(st.tuples(st.just(7), VALUES), min_size=40, max_size=400), max_size=4),
       st.sampled_from([4, 5, 16, 64]), st.sampled_from([Series, SmoothedSeries]))  # fmt: skip
def test_extending_by_many_points_equals_appending_each(batches: Any, capacity: int, kind: type[Series]) -> None:
    batched, twin = kind(capacity), kind(capacity)
    x = 0
    for batch in batches:
        points = []
        for distance, y in batch:
            x += distance
            points.append((float(x), y))
            twin.append(x, y)
        batched.extend(np.array([x for x, _ in points]), np.array([y for _, y in points]))
        pairs = [(batched, twin)]
        if isinstance(batched, SmoothedSeries) and isinstance(twin, SmoothedSeries):
            pairs += [(batched.smooth(window), twin.smooth(window)) for window in SmoothedSeries.WINDOWS[1:]]
        for found, wanted in pairs:
            assert [getattr(found, name) for name in STATE] == [getattr(wanted, name) for name in STATE]
            np.testing.assert_allclose(found.window(-1e9, 1e9), wanted.window(-1e9, 1e9), rtol=1e-9, atol=1e-6)


def test_extending_by_points_whose_x_goes_back_or_is_not_finite_equals_appending_each() -> None:
    batched, twin = Series(8), Series(8)
    for xs in ([float(40 - x) for x in range(40)], [math.nan, *map(float, range(100, 160))]):
        for x in xs:
            twin.append(x, x)
        batched.extend(np.array(xs), np.array(xs))
    assert [getattr(batched, name) for name in STATE] == [getattr(twin, name) for name in STATE]
    np.testing.assert_array_equal(batched.window(-1e9, 1e9), twin.window(-1e9, 1e9))


@given(st.lists(st.tuples(st.sampled_from(["append", "extend", "look", "forget"]), POINTS), max_size=12))
def test_averages_that_are_looked_at_late_are_those_that_are_looked_at_always(script: Any) -> None:
    late, eager = SmoothedSeries(16), SmoothedSeries(16)
    x = 0
    for what, steps in script:
        points = []
        for distance, y in steps:
            x += distance
            points.append((float(x), y))
        for series in (late, eager):
            if what == "append":
                for point in points:
                    series.append(*point)
            elif what == "extend":
                series.extend(*np.array(points, float).reshape(-1, 2).T)
            elif what == "forget":
                series.forget_after(x / 2)
        if what == "look":
            late.smooth(20)
        if what == "forget":
            x = x // 2 + 1
        for window in SmoothedSeries.WINDOWS:
            eager.smooth(window)
    for window in SmoothedSeries.WINDOWS:
        np.testing.assert_allclose(late.smooth(window).rows(), eager.smooth(window).rows(), rtol=1e-9, atol=1e-9)


def test_series_of_points_has_a_bucket_for_each() -> None:
    series = Series.from_points(np.array([0.5, 2.0, 2.5]), np.array([1.0, -3.0, 4.0]))
    assert (series.x_first, series.x_last, series.minimum, series.maximum, series.last) == (0.5, 2.5, -3.0, 4.0, 4.0)
    assert series.columns(0, 3, 3).mean.tolist()[0::2] == [1.0, 0.5]
    series.append(9, 7.0)
    assert series.rows()[0].tolist() == [0.5, 2.0, 2.5, 9.0]


@given(POINTS)
def test_series_of_the_buckets_of_another_is_equal_to_it(steps: Any) -> None:
    series = Series(8)
    fill(series, steps)
    copy = Series.from_buckets(series.rows().copy())
    assert (copy.last, copy.minimum, copy.maximum) == (series.last, series.minimum, series.maximum)
    assert copy.is_binary == series.is_binary
    np.testing.assert_array_equal(copy.columns(0, 1e4, 7).mean, series.columns(0, 1e4, 7).mean)
