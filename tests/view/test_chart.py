from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_tui.view.chart import ChartPicture, Layer, draw_chart, sparkline
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.text import MARKERS

ANY = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 0.0, 500.0])
STEPS = st.lists(st.tuples(st.integers(0, 1000), ANY), max_size=60)
RANGE = st.none() | st.tuples(ANY, ANY)


def series_of(*values: float, distance: int = 1) -> Series:
    series = Series()
    for index, value in enumerate(values):
        series.append(index * distance, value)
    return series


def lines(picture: ChartPicture) -> list[str]:
    return ["".join(text for text, _ in row) for row in picture.rows]


def roles_of(picture: ChartPicture, role: str) -> set[str]:
    return {char for row in picture.rows for text, name in row if name == role for char in text} - {" "}


def check_shape(picture: ChartPicture, width: int, height: int, marker: str) -> None:
    assert len(picture.rows) == height
    for line in lines(picture):
        assert len(line) == width
        assert line.isascii() or marker != "ascii"
        for char in set(line):
            assert unicodedata.east_asian_width(char) not in ("W", "F")
            assert not unicodedata.combining(char)
            assert unicodedata.category(char)[0] != "C"


@settings(max_examples=200, deadline=None)
@given(
    STEPS,
    STEPS,
    st.sampled_from([(10, 3), (11, 4), (40, 8), (78, 13), (200, 60), (1, 1), (0, 0), (5, 2), (0, 4), (7, 0)]),
    st.sampled_from(MARKERS),
    st.booleans(),
    RANGE,
    RANGE,
    ANY,
)
def test_every_row_is_exactly_as_wide_as_asked_whatever_the_data(
    steps, others, size, marker, is_log, x_range, y_range, level
):
    raw, other, x = SmoothedSeries(), Series(8), 0
    for distance, y in steps:
        x += distance
        raw.append(x, y)
    for distance, y in others:
        other.append((other.x_last or 0) + distance, y)
    layers = [
        Layer.level(level),
        Layer.envelope(raw),
        Layer.line(raw.smooth(20)),
        Layer.line(other, "target"),
        Layer.points([(float(distance), y) for distance, y in others]),
        Layer.cursor(level),
    ]
    picture = draw_chart(*size, layers, marker=marker, is_log=is_log, x_range=x_range, y_range=y_range)
    check_shape(picture, *size, marker)
    assert len(sparkline(raw, size[0], marker, y_range)) == size[0]


@pytest.mark.parametrize("marker", MARKERS)
def test_chart_without_layers_is_a_pair_of_axes(marker):
    check_shape(draw_chart(40, 8, [], marker=marker), 40, 8, marker)


def test_rising_line_in_ascii_worked_by_hand():
    picture = draw_chart(11, 6, [Layer.line(series_of(0, 1, 2, 3, 4, 4))], marker="ascii", y_range=(0, 4))
    assert lines(picture) == [
        "   4+    **",
        "    |   *  ",
        "   2+  *   ",
        "    | *    ",
        "   0+*     ",
        "    +0----5",
    ]


def test_flat_line_in_braille_worked_by_hand():
    picture = draw_chart(11, 3, [Layer.line(series_of(1, 1, 1))], y_range=(0, 1))
    assert lines(picture) == ["   1┤⠉⠉⠉⠉⠉⠉", "   0┤      ", "    └0────2"]


def test_rising_line_in_quadrant_blocks_worked_by_hand():
    picture = draw_chart(11, 3, [Layer.line(series_of(0, 1))], marker="block", y_range=(0, 1))
    assert lines(picture) == ["   1┤   ▄▄▀", "   0┤▄▀▀   ", "    └0────1"]


@pytest.mark.parametrize("marker", MARKERS)
def test_line_is_continuous_across_empty_columns(marker):
    picture = draw_chart(65, 12, [Layer.line(series_of(0, 100, 0, 100, distance=1000))], marker=marker)
    plot = [line[5:] for line in lines(picture)[:-1]]
    assert all(any(row[column] != " " for row in plot) for column in range(60))


def test_steep_line_has_no_vertical_gaps():
    picture = draw_chart(25, 31, [Layer.line(series_of(*[0.0] * 10, *[1.0] * 10))], marker="ascii")
    plot = [line[5:] for line in lines(picture)[:-1]]
    assert all("*" in row for row in plot)


def test_later_layer_takes_over_whole_cells():
    series = series_of(*[3.0] * 20)
    picture = draw_chart(30, 6, [Layer.envelope(series), Layer.line(series)])
    assert roles_of(picture, "raw") == set()
    assert roles_of(picture, "smooth")


def test_goal_is_a_dashed_line_behind_the_data():
    picture = draw_chart(40, 9, [Layer.level(475), Layer.envelope(series_of(10, 480, 20))])
    assert roles_of(picture, "goal") == {"╌"}
    assert any("⡇" in text or text.strip("╌ ") for text, role in picture.rows[0] if role == "raw")


def test_range_without_other_data_holds_the_goal():
    assert draw_chart(40, 9, [Layer.level(475), Layer.line(series_of(10, 20))]).y_range == (0, 500)


@pytest.mark.parametrize(("marker", "sign"), [("braille", "◆"), ("block", "◆"), ("ascii", "o")])
def test_evaluations_are_whole_cells_on_top(marker, sign):
    points = [(0.0, 0.0), (50.0, 50.0), (100.0, 100.0)]
    picture = draw_chart(45, 11, [Layer.line(series_of(0, 100, distance=100)), Layer.points(points)], marker=marker)
    assert roles_of(picture, "evaluation") == {sign}
    assert [line.find(sign) for line in lines(picture)[:-1] if sign in line] == [44, 25, 5]


def test_points_out_of_range_are_not_drawn():
    picture = draw_chart(
        40, 9, [Layer.points([(5, 5), (-1, 0), (0, 2), (math.nan, 1)])], x_range=(0, 1), y_range=(0, 1)
    )
    assert roles_of(picture, "evaluation") == set()


def test_spike_in_a_million_points_still_shows():
    series = Series()
    for x in range(1_000_000):
        series.append(x, 100.0 if x == 345_678 else 0.0)
    picture = draw_chart(105, 12, [Layer.envelope(series)])
    tops = [text for text, role in picture.rows[0] if role == "raw"]
    assert picture.y_range == (0, 100)
    assert len("".join(tops).strip()) == 1


def test_rare_outliers_do_not_flatten_the_rest():
    values = [1.0 + 0.5 * (index % 7) for index in range(1000)]
    values[500] = 1e6
    assert draw_chart(60, 10, [Layer.envelope(series_of(*values))]).y_range[1] < 10


def test_axis_starts_at_zero_when_the_first_point_is_near_it():
    series = Series()
    for x in range(12, 1000, 10):
        series.append(x, 1.0)
    assert draw_chart(60, 10, [Layer.line(series)]).x_range[0] == 0


def test_non_positive_values_are_gaps_on_a_logarithmic_axis():
    picture = draw_chart(25, 9, [Layer.line(series_of(*[1.0] * 8, 0.0, -1.0, 0.0, *[1.0] * 9))], is_log=True)
    row = next(line[5:] for line in lines(picture)[:-1] if any("\u2800" <= char <= "\u28ff" for char in line))
    assert " " in row.strip()


def test_wrong_ranges_count_as_none():
    layers = [Layer.line(series_of(1, 2, 3))]
    free = draw_chart(40, 9, layers)
    assert draw_chart(40, 9, layers, x_range=(2, 1), y_range=(math.nan, 1)) == free


def test_cursor_stands_at_its_x_and_x_at_finds_it_again():
    picture = draw_chart(45, 9, [Layer.cursor(50.0), Layer.line(series_of(0, 1, distance=100))])
    cell = lines(picture)[0].index("│")
    assert picture.x_at(cell) == pytest.approx(50, abs=2)
    assert picture.x_at(0) is None
    assert picture.x_at(45) is None


def test_two_lines_differ_in_ascii():
    picture = draw_chart(40, 9, [Layer.line(series_of(0, 1), "target"), Layer.line(series_of(1, 0))], marker="ascii")
    assert roles_of(picture, "target") == {"*"}
    assert roles_of(picture, "smooth") == {"+"}


def test_rows_have_few_runs():
    picture = draw_chart(98, 12, [Layer.level(475), Layer.envelope(series_of(*[10.0, 400.0] * 50))])
    assert max(map(len, picture.rows)) < 98 // 2


def test_sparkline_of_a_ramp():
    assert sparkline(series_of(*range(8)), 8) == "▁▂▃▄▅▆▇█"
    assert sparkline(series_of(*range(9)), 9, "ascii") == ".:-=+*#%@"


def test_sparkline_keeps_spikes_and_repeats_over_empty_columns():
    series = Series()
    for x, y in [(0, 0.0), (1, 7.0), (2, 0.0), (10, 0.0)]:
        series.append(x, y)
    assert sparkline(series, 5) == "█▁▁▁▁"


def test_sparkline_of_nothing_is_blank_and_of_a_constant_half_high():
    assert sparkline(Series(), 6) == " " * 6
    assert set(sparkline(series_of(3, 3, 3), 6)) <= set("▄▅")


def test_sparkline_with_a_fixed_range():
    assert sparkline(series_of(0.5, 0.5), 2, y_range=(0, 1)) == "▅▅"
    assert sparkline(series_of(0, 9), 2, y_range=(0, 1)) == "▁█"
