"""What the charts of a comparison draw."""

from __future__ import annotations

from dqn_tui.view.buckets import X_LAST
from dqn_tui.view.chart import draw_chart
from dqn_tui.view.compared_metrics import METRICS
from dqn_tui.view.comparison_layers import ComparisonLayers
from dqn_tui.view.layer import Layer
from dqn_tui.view.x_unit import XUnit
from tests.comparisons import compare, run_events

RETURN, EVALUATION, LOSS = METRICS[:3]


def test_every_run_has_a_line_with_marks_in_one_colour() -> None:
    comparison = compare(run_events(), run_events(seed=2))
    layers = ComparisonLayers(comparison).of(RETURN, XUnit.STEP, 1, None)
    assert [(layer.kind, layer.role, layer.label or layer.sign) for layer in layers] == [
        ("level", "goal", "goal"),
        ("line", "line-0", "a"),
        ("line", "line-1", "b"),
        ("marks", "line-0", "a"),
        ("marks", "line-1", "b"),
    ]


def test_groups_have_a_curve_with_a_band_and_their_runs_behind_it() -> None:
    comparison = compare(run_events(gamma=0.9), run_events(gamma=0.9, seed=2), run_events(gamma=0.99))
    layers = ComparisonLayers(comparison).of(LOSS, XUnit.STEP, 1, "gamma")
    assert [(layer.kind, layer.role) for layer in layers] == [
        ("band", "line-0-band"),
        *[("line", f"line-{group}-dim") for group in (0, 0, 1)],
        *[("line", f"line-{group}") for group in (0, 1)],
        *[("marks", f"line-{group}") for group in (0, 1)],
    ]


def test_metric_that_nobody_has_recorded_has_no_layers() -> None:
    assert ComparisonLayers(compare(run_events())).of(EVALUATION, XUnit.STEP, 20, None) == []


def test_goal_is_drawn_only_where_it_is_the_same_for_all() -> None:
    runs = [run_events(), run_events()]
    runs[1][0] = type(runs[1][0])(
        **{name: getattr(runs[1][0], name) for name in runs[1][0].__struct_fields__} | {"goal": 9.0}
    )
    kinds = [layer.kind for layer in ComparisonLayers(compare(*runs)).of(RETURN, XUnit.STEP, 1, None)]
    assert "level" not in kinds


def test_curve_of_a_group_is_kept_until_one_of_its_runs_grows() -> None:
    comparison = compare(run_events((1.0, 2.0), gamma=0.9, is_over=False), run_events((1.0, 2.0), gamma=0.99))
    layers = ComparisonLayers(comparison)

    def curves() -> list[Layer]:
        return [layer for layer in layers.of(RETURN, XUnit.STEP, 1, "gamma") if layer.kind == "line" and layer.label]

    first, second = curves(), curves()
    assert [one.series[0] is other.series[0] for one, other in zip(first, second, strict=True)] == [True, True]
    comparison.runs[0].apply_all(run_events((1.0, 2.0, 3.0))[-3:-1])
    third = curves()
    assert [one.series[0] is other.series[0] for one, other in zip(first, third, strict=True)] == [False, True]


def test_lines_are_placed_on_the_chosen_axis() -> None:
    layers = ComparisonLayers(compare(run_events((1.0, 2.0, 3.0))))
    ends = [
        layers.of(RETURN, axis, 1, None)[1].series[0].rows()[X_LAST, -1]
        for axis in (XUnit.STEP, XUnit.SECOND, XUnit.EPISODE, XUnit.UPDATE)
    ]
    assert ends == [300.0, 30.0, 3.0, 30.0]


def test_marks_stand_on_their_line_apart_from_those_of_another() -> None:
    layers = ComparisonLayers(compare(run_events((5.0,) * 9), run_events((5.0,) * 9))).of(LOSS, XUnit.STEP, 1, None)
    rows = ["".join(text for text, _ in row) for row in draw_chart(60, 12, layers).rows]
    marked = "".join(char for char in "".join(rows) if char in "ab")
    assert marked.count("a") >= 3
    assert marked.count("b") >= 3


def test_in_ascii_the_line_of_a_run_consists_of_its_mark() -> None:
    comparison = compare(run_events((5.0,) * 9), run_events((50.0,) * 9))
    layers = ComparisonLayers(comparison).of(RETURN, XUnit.STEP, 1, None)
    rows = ["".join(text for text, _ in row) for row in draw_chart(60, 12, layers, marker="ascii").rows]
    assert all(row.isascii() for row in rows)
    assert any("aaaaaa" in row for row in rows)
    assert any("bbbbbb" in row for row in rows)
