"""Scores of runs and of groups, against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui.view.comparison import Comparison
from dqn_tui.view.comparison_report import curve_rows, groups_table, report, scores_table
from dqn_tui.view.scores import SCORES, area_under_curve, estimate, horizon, improvement, main_score, scores_of
from dqn_tui.view.series import Series
from tests.comparisons import compare, run_events

BEST, LAST, AREA, STEPS, SECONDS, SPEED = SCORES


def two_groups() -> Comparison:
    """Three runs whose evaluations reach 1, 2 and 3, and two of 3 and 9; the second group's are the larger gamma."""
    bests = [(0.9, 1.0), (0.9, 2.0), (0.9, 3.0), (0.99, 3.0), (0.99, 9.0)]
    return compare(*(run_events(evaluations={300: best}, gamma=g, seed=n) for n, (g, best) in enumerate(bests)))


def test_area_under_a_curve_is_its_mean_height() -> None:
    series = Series.from_points(np.array([10.0, 20.0, 40.0]), np.array([0.0, 10.0, 20.0]))
    # (10 * 5 + 20 * 15) / 30
    assert area_under_curve(series, 100) == pytest.approx(350 / 30)
    assert area_under_curve(series, 20) == pytest.approx(5.0)
    assert area_under_curve(series, 10) == 0.0
    assert area_under_curve(series, 9) is None
    assert area_under_curve(Series(), 9) is None


def test_area_is_taken_over_the_steps_that_all_runs_have() -> None:
    comparison = compare(run_events((10.0, 20.0)), run_events((10.0, 30.0, 500.0)))
    assert horizon(comparison) == 200
    assert scores_of(comparison, AREA) == [15.0, 20.0]
    assert "AUC to 200" in scores_table(comparison).columns


def test_goal_is_reached_at_the_first_evaluation_that_does() -> None:
    comparison = compare(
        run_events((1.0,) * 4, evaluations={100: 474.0, 200: 475.0, 300: 490.0}), run_events(evaluations={300: 9.0})
    )
    assert scores_of(comparison, STEPS) == [200, None]
    assert scores_of(comparison, SECONDS) == [20.0, None]
    assert scores_of(comparison, BEST) == [490.0, 9.0]
    assert scores_of(comparison, SPEED) == [10.0, 10.0]
    assert scores_of(comparison, LAST) == [1.0, 20.0]


def test_estimate_of_a_group_is_the_interquartile_mean_with_its_interval() -> None:
    comparison = two_groups()
    first, second = comparison.groups("gamma")
    found = estimate(comparison, first, BEST)
    assert found is not None
    # Of the 27 resamples of three runs one is 1, 1, 1 and one is 3, 3, 3: 3.7 % each, more than 2.5 %.
    assert found == (2.0, 1.0, 3.0, 3)
    assert estimate(comparison, second, BEST) == (6.0, 3.0, 9.0, 2)
    assert estimate(comparison, first, STEPS) is None


def test_improvement_counts_pairs_of_runs_and_ties_half() -> None:
    comparison = two_groups()
    first, second = comparison.groups("gamma")
    # Of the six pairs 3 = 3 is a tie, and all others are won by the second group.
    assert improvement(comparison, second, first, BEST) == pytest.approx(5.5 / 6)
    assert improvement(comparison, first, second, BEST) == pytest.approx(0.5 / 6)


def test_groups_without_a_shared_environment_are_not_compared() -> None:
    comparison = compare(run_events(evaluations={100: 1.0}), run_events(evaluations={100: 1.0}, env="Acrobot-v1"))
    x, y = comparison.groups("env")
    assert improvement(comparison, x, y, BEST) is None


def test_groups_are_judged_by_the_last_return_where_a_run_was_never_evaluated() -> None:
    assert main_score(two_groups()) is BEST
    comparison = compare(run_events(evaluations={100: 1.0}), run_events(seed=2))
    assert main_score(comparison) is LAST
    assert groups_table(comparison, "seed", replications=50).columns[3] == "last return"


def test_table_of_groups_has_the_probability_against_each_other_group() -> None:
    table = groups_table(two_groups(), "gamma", replications=200)
    assert table.columns[:6] == ["", "group", "runs", "best eval", "P(>A)", "P(>B)"]
    assert [row[:3] + row[4:6] for row in table.rows] == [
        ["A", "gamma=0.9", "3", "-", "0.08"],
        ["B", "gamma=0.99", "2", "0.92", "-"],
    ]


def test_report_is_the_same_for_the_same_seed() -> None:
    reports = [report(two_groups(), "gamma", seed=3) for _ in range(2)]
    assert reports[0] == reports[1]
    assert reports[0]["groups"][0]["scores"]["best_evaluation"] == {"iqm": 2.0, "ci95": [1.0, 3.0], "runs": 3}
    chances = [(item["x"], item["best_evaluation"]) for item in reports[0]["probability_of_improvement"]]
    assert chances == [("gamma=0.9", pytest.approx(0.5 / 6)), ("gamma=0.99", pytest.approx(5.5 / 6))]
    assert "groups" not in report(two_groups(), None)


def test_curves_are_rows_with_the_place_on_every_axis() -> None:
    header, *rows = curve_rows(compare(run_events((5.0, 6.0), seed=1), run_events((7.0,), seed=2)))
    assert header == ["run", "label", "seed", "metric", "step", "seconds", "episodes", "updates", "value"]
    assert [row for row in rows if row[3] == "return"] == [
        ["runs/run-0", "seed=1", "1", "return", 100, 10.0, 1.0, 10.0, 5.0],
        ["runs/run-0", "seed=1", "1", "return", 200, 20.0, 2.0, 20.0, 6.0],
        ["runs/run-1", "seed=2", "2", "return", 100, 10.0, 1.0, 10.0, 7.0],
    ]
