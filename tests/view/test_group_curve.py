"""The curve of a group of runs, against numbers worked by hand."""

from __future__ import annotations

import numpy as np

from dqn_tui.view.buckets import LAST, X_FIRST
from dqn_tui.view.group_curve import group_curve
from dqn_tui.view.series import Series


def line(*points: tuple[float, float]) -> Series:
    x, y = np.array(points, float).reshape(-1, 2).T
    return Series.from_points(x, y)


def test_curve_is_the_mean_at_each_x_where_all_runs_have_values() -> None:
    curve = group_curve([[line((0, 0), (10, 10)), line((5, 2), (20, 2)), line((0, 6), (10, 6))]], points=3)
    assert curve is not None
    assert curve.middle.rows()[X_FIRST].tolist() == [5.0, 7.5, 10.0]
    np.testing.assert_allclose(curve.middle.rows()[LAST], [(5 + 2 + 6) / 3, (7.5 + 2 + 6) / 3, 6.0])
    np.testing.assert_allclose(curve.low.rows()[LAST], [2, 2, 2])
    np.testing.assert_allclose(curve.high.rows()[LAST], [6, 7.5, 10])


def test_quarter_of_the_runs_at_each_end_is_left_out() -> None:
    curve = group_curve([[line((0, value), (1, value)) for value in (-1000.0, 2.0, 4.0, 1000.0)]], points=2)
    assert curve is not None
    assert curve.middle.rows()[LAST].tolist() == [3.0, 3.0]


def test_run_without_values_is_left_out_and_runs_that_never_meet_have_no_curve() -> None:
    known = line((0, 1), (10, 1))
    curve = group_curve([[known, Series()]])
    assert curve is not None
    assert curve.low.rows()[LAST].tolist() == curve.middle.rows()[LAST].tolist()
    assert group_curve([[Series()]]) is None
    assert group_curve([[known, line((11, 1), (12, 1))]]) is None


def test_band_is_the_same_for_the_same_seed() -> None:
    lines = [line((0, value), (1, value**2)) for value in (1.0, 2.0, 4.0, 8.0, 16.0)]
    curves = [group_curve([lines], seed=seed) for seed in (1, 1, 2)]
    lows = [curve.low.rows()[LAST].tolist() for curve in curves if curve]
    assert lows[0] == lows[1]
