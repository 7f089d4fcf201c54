from __future__ import annotations

import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.layer import Layer
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


def cell_at(row: list[tuple[str, str]], cell: int) -> tuple[str, str]:
    """Return character and role of a cell."""
    return [(char, role) for text, role in row for char in text][cell]


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
    st.booleans(),
)
def test_every_row_is_exactly_as_wide_as_asked_whatever_the_data(
    steps: Any,
    others: Any,
    size: tuple[int, int],
    marker: str,
    is_log: bool,
    x_range: Any,
    y_range: Any,
    level: Any,
    is_stacked: bool,
) -> None:
    raw, other, x = SmoothedSeries(), Series(8), 0
    for distance, y in steps:
        x += distance
        raw.append(x, y)
    for distance, y in others:
        other.append((other.x_last or 0) + distance, y)
    pairs = [(float(distance), y) for distance, y in others]
    layers = [
        Layer.level(level, label="goal"),
        Layer.band(other, raw),
        Layer.envelope(raw),
        Layer.line(raw.smooth(20)),
        Layer.line(other, "target", "target"),
        Layer.points(pairs, label="eval"),
        Layer.scatter(pairs),
        *([Layer.shares([other, raw, raw.smooth(5)], ["a", "b"], ["left", "right"])] if is_stacked else []),
        Layer.cursor(level),
    ]
    picture = draw_chart(*size, layers, marker=marker, is_log=is_log, x_range=x_range, y_range=y_range)
    check_shape(picture, *size, marker)


@pytest.mark.parametrize("marker", MARKERS)
def test_chart_without_layers_is_a_pair_of_axes(marker: str) -> None:
    check_shape(draw_chart(40, 8, [], marker=marker), 40, 8, marker)


def test_rising_line_in_ascii_worked_by_hand() -> None:
    picture = draw_chart(11, 6, [Layer.line(series_of(0, 1, 2, 3, 4, 4))], marker="ascii", y_range=(0, 4))
    assert lines(picture) == [
        "   4+    **",
        "    |   *  ",
        "   2+  *   ",
        "    | *    ",
        "   0+*     ",
        "    +0----5",
    ]


def test_flat_line_in_braille_worked_by_hand() -> None:
    picture = draw_chart(11, 3, [Layer.line(series_of(1, 1, 1))], y_range=(0, 1))
    assert lines(picture) == ["   1┤⠤⠤⠤⠤⠤⠤", "   0┤      ", "    └0────2"]


def test_rising_line_in_quadrant_blocks_worked_by_hand() -> None:
    picture = draw_chart(11, 3, [Layer.line(series_of(0, 1))], marker="block", y_range=(0, 1))
    assert lines(picture) == ["   1┤    ▗▄", "   0┤▄▞▀▀▘ ", "    └0────1"]


@pytest.mark.parametrize("marker", MARKERS)
def test_line_is_continuous_across_empty_columns(marker: str) -> None:
    picture = draw_chart(65, 12, [Layer.line(series_of(0, 100, 0, 100, distance=1000))], marker=marker)
    plot = [line[5:] for line in lines(picture)[:-1]]
    assert all(any(row[column] != " " for row in plot) for column in range(60))


def test_steep_line_has_no_vertical_gaps() -> None:
    picture = draw_chart(25, 31, [Layer.line(series_of(*[0.0] * 10, *[1.0] * 10))], marker="ascii")
    rows = [index for index, line in enumerate(lines(picture)[:-1]) if "*" in line]
    assert rows == list(range(rows[0], 30))


def test_later_layer_takes_over_whole_cells() -> None:
    series = series_of(*[3.0] * 20)
    picture = draw_chart(30, 6, [Layer.envelope(series), Layer.line(series)])
    assert roles_of(picture, "raw") == set()
    assert roles_of(picture, "smooth")


@pytest.mark.parametrize(("marker", "dashes"), [("braille", {"⣀"}), ("block", {"▄"}), ("ascii", {"-"})])
def test_goal_is_a_dashed_line_in_its_own_place(marker: str, dashes: Any) -> None:
    # 24 rows of which each is worth 25: 500 on row 3, 475 on row 4.
    picture = draw_chart(80, 25, [Layer.level(475), Layer.line(series_of(0, 480, 20))], marker=marker, y_range=(0, 500))
    assert roles_of(picture, "goal") <= dashes | {"▖", "⠤", "⡀", "⢀"}
    with_goal = [row for row, runs in enumerate(picture.rows) if any(role == "goal" for _, role in runs)]
    labelled = next(row for row, line in enumerate(lines(picture)) if line.lstrip().startswith("500"))
    assert with_goal == [labelled + 1]


def test_level_between_two_rows_is_on_its_dot() -> None:
    # 9 rows: each is worth 1/8 and has four dots, 1/32 apart.
    halves = [draw_chart(60, 10, [Layer.level(y)], y_range=(0, 1)) for y in (0.5, 0.5 + 1 / 32)]
    assert [set("".join(lines(picture))) & set("⠤⠒") for picture in halves] == [{"⠤"}, {"⠒"}]


def test_range_without_other_data_holds_the_goal() -> None:
    low, high = draw_chart(40, 9, [Layer.level(475), Layer.line(series_of(10, 20))]).y_range
    assert low == 0
    assert high > 475


@pytest.mark.parametrize(("marker", "sign"), [("braille", "◆"), ("block", "◆"), ("ascii", "o")])
def test_evaluations_are_whole_cells_on_top(marker: str, sign: str) -> None:
    points = [(0.0, 0.0), (50.0, 50.0), (100.0, 100.0)]
    picture = draw_chart(45, 11, [Layer.line(series_of(0, 100, distance=100)), Layer.points(points)], marker=marker)
    assert roles_of(picture, "evaluation") == {sign}
    assert [line.find(sign) for line in lines(picture)[:-1] if sign in line] == [44, 25, 5]


def test_points_out_of_range_are_not_drawn() -> None:
    picture = draw_chart(
        40, 9, [Layer.points([(5, 5), (-1, 0), (0, 2), (math.nan, 1)])], x_range=(0, 1), y_range=(0, 1)
    )
    assert roles_of(picture, "evaluation") == set()


def test_spike_in_a_million_points_still_shows() -> None:
    series = Series()
    for x in range(1_000_000):
        series.append(x, 100.0 if x == 345_678 else 0.0)
    picture = draw_chart(105, 12, [Layer.envelope(series)])
    highest = next(row for row in picture.rows if any(role == "raw" for _, role in row))
    assert picture.rows.index(highest) == next(i for i, line in enumerate(lines(picture)) if "100┤" in line)
    assert len("".join(text for text, role in highest if role == "raw").strip()) == 1


def test_rare_outliers_do_not_flatten_the_rest() -> None:
    values = [1.0 + 0.5 * (index % 7) for index in range(1000)]
    values[500] = 1e6
    assert draw_chart(60, 10, [Layer.envelope(series_of(*values))]).y_range[1] < 10


def test_axis_starts_at_zero_when_the_first_point_is_near_it() -> None:
    series = Series()
    for x in range(12, 1000, 10):
        series.append(x, 1.0)
    assert draw_chart(60, 10, [Layer.line(series)]).x_range[0] == 0


def test_non_positive_values_are_gaps_on_a_logarithmic_axis() -> None:
    picture = draw_chart(25, 9, [Layer.line(series_of(*[1.0] * 8, 0.0, -1.0, 0.0, *[1.0] * 9))], is_log=True)
    row = next(line[5:] for line in lines(picture)[:-1] if any("\u2800" <= char <= "\u28ff" for char in line))
    assert " " in row.strip()


def test_wrong_ranges_count_as_none() -> None:
    layers = [Layer.line(series_of(1, 2, 3))]
    free = draw_chart(40, 9, layers)
    assert draw_chart(40, 9, layers, x_range=(2, 1), y_range=(math.nan, 1)) == free


def test_cursor_stands_at_its_x_and_x_at_finds_it_again() -> None:
    picture = draw_chart(45, 9, [Layer.cursor(50.0), Layer.line(series_of(0, 1, distance=100))])
    cell = lines(picture)[0].index("│")
    assert picture.x_at(cell) == pytest.approx(50, abs=2)
    assert picture.x_at(0) is None
    assert picture.x_at(45) is None


def test_two_lines_differ_in_ascii() -> None:
    picture = draw_chart(40, 9, [Layer.line(series_of(0, 1), "target"), Layer.line(series_of(1, 0))], marker="ascii")
    assert roles_of(picture, "target") == {"*"}
    assert roles_of(picture, "smooth") == {"+"}


def test_rows_have_few_runs() -> None:
    picture = draw_chart(98, 12, [Layer.level(475), Layer.envelope(series_of(*[10.0, 400.0] * 50))])
    assert max(map(len, picture.rows)) < 98 // 2


@pytest.mark.parametrize(("marker", "dot", "distance"), [("braille", "⠄", 2), ("block", "·", 2), ("ascii", ".", 4)])
def test_faint_rules_are_at_the_ticks_above_the_bottom_row(marker: str, dot: str, distance: Any) -> None:
    picture = draw_chart(45, 10, [], marker=marker, y_range=(0, 1))
    ruled = [line[5:] for line in lines(picture)[:-1] if line[5:].strip()]
    assert ruled == [(dot.ljust(distance) * 40)[:40]] * 2
    assert roles_of(picture, "grid") == {dot}


def test_small_plots_have_no_grid() -> None:
    assert roles_of(draw_chart(20, 10, []), "grid") == roles_of(draw_chart(45, 5, []), "grid") == set()


def test_data_cover_the_grid() -> None:
    picture = draw_chart(45, 10, [Layer.line(series_of(0.5, 0.5))], y_range=(0, 1))
    row = next(row for row in picture.rows if row[0][0].startswith(" 0.5"))
    assert [role for _, role in row] == ["axis", "smooth"]


def plot_rows(picture: ChartPicture, role: str) -> list[int]:
    return [index for index, row in enumerate(picture.rows) if any(name == role for _, name in row)]


def test_values_from_zero_up_are_never_below_the_zero_tick() -> None:
    picture = draw_chart(65, 40, [Layer.envelope(series_of(0, 3, 0, 0, 500)), Layer.line(series_of(0, 0, 0.1))])
    below = {"⠠", "⡀", "⢀", "⣀"}
    bottom = lines(picture)[38][5:]
    assert lines(picture)[38].startswith("   0┤")
    assert not any(ord(char) - 0x2800 & 0xC0 for char in bottom if char > "\u2800"), below & set(bottom)


def test_line_is_as_thick_as_the_plot_is_tall() -> None:
    def dots(rows: int) -> int:
        picture = draw_chart(65, rows + 1, [Layer.line(series_of(1, 1))], y_range=(0, 2))
        columns = ["".join(text for text, role in row if role == "smooth") for row in picture.rows]
        return sum((ord(char) - 0x2800).bit_count() for row in columns for char in row[:1] if char > "\u2800")

    assert [dots(rows) // 2 for rows in (8, 9, 10, 27, 28, 80)] == [1, 1, 2, 2, 3, 3]


def test_labels_are_right_of_the_plot_at_the_end_of_their_lines() -> None:
    layers = [
        Layer.line(series_of(0, 10), "target", "target"),
        Layer.line(series_of(10, 0), label="q"),
        Layer.points([(1.0, 5.0)], label="eval"),
    ]
    picture = draw_chart(60, 12, layers, marker="ascii", y_range=(0, 10))
    assert picture.plot_width == 60 - 5 - 7
    texts = {row: line[53:].strip() for row, line in enumerate(lines(picture)) if line[53:].strip()}
    assert texts == {0: "target", 5: "eval", 10: "q"}
    assert [picture.rows[row][-1][1] for row in (0, 5, 10)] == ["target", "evaluation", "smooth"]


def test_labels_in_the_same_row_move_apart_in_their_order_or_are_left_out() -> None:
    layers = [Layer.line(series_of(0, y), name, name) for name, y in (("low", 4.9), ("middle", 5.0), ("high", 5.1))]
    picture = draw_chart(60, 12, layers, marker="ascii", y_range=(0, 10))
    assert [line[53:].strip() for line in lines(picture) if line[53:].strip()] == ["high", "middle"]
    picture = draw_chart(60, 12, [layers[2], layers[0], layers[1]], marker="ascii", y_range=(0, 10))
    assert [line[53:].strip() for line in lines(picture) if line[53:].strip()] == ["high", "middle", "low"]


def test_labels_without_room_are_left_out() -> None:
    layer = Layer.line(series_of(0, 1), label="smooth mean")
    assert "smooth mean" in "".join(lines(draw_chart(37, 12, [layer])))
    assert "smooth" not in "".join(lines(draw_chart(36, 12, [layer])))
    assert draw_chart(36, 12, [layer]).plot_width == 31


def test_a_label_beyond_the_edge_moves_to_the_other_side() -> None:
    layers = [Layer.line(series_of(0, 0), name, name) for name in ("first", "second")]
    picture = draw_chart(60, 12, layers, marker="ascii", y_range=(0, 10))
    assert [line[54:].strip() for line in lines(picture) if line[54:].strip()] == ["first", "second"]


def test_percent_axes_have_no_tick_above_the_whole() -> None:
    for height in range(5, 40):
        series = series_of(0, 1)
        picture = draw_chart(60, height, [Layer.line(series)], is_percent=True, y_range=(0, 1))
        ticks = [line.split("┤")[0].strip() for line in lines(picture) if "┤" in line]
        assert all(tick.endswith("%") for tick in ticks)
        assert max(float(tick[:-1]) for tick in ticks) <= 100


def test_successes_are_drawn_as_a_rate_instead_of_a_wall() -> None:
    series = SmoothedSeries()
    for x in range(1000):
        series.append(x, float(x % 4 == 0))
    alone = draw_chart(65, 12, [Layer.envelope(series)])
    with_mean = draw_chart(65, 12, [Layer.envelope(series), Layer.line(series.smooth(50))])
    assert roles_of(with_mean, "raw") == set()
    for picture, role in ((alone, "raw"), (with_mean, "smooth")):
        assert picture.y_range[0] == 0
        assert picture.y_range[1] >= 1
        assert max(sum(row[column] > "\u2800" for row in lines(picture)[:-1]) for column in range(20, 65)) <= 6
        assert len(plot_rows(picture, role)) <= 3


def test_shares_are_stacked_and_fill_the_height_from_zero_to_one() -> None:
    low, middle, high = (series_of(*[share] * 5) for share in (0.5, 0.25, 0.25))
    layer = Layer.shares([low, middle, high], ["a", "b", "c"], ["left", "stay", "right"])
    picture = draw_chart(43, 7, [layer], marker="ascii")
    assert lines(picture) == [
        "    |                                      ",
        " 1.0+:::::::::::::::::::::::::::::::: right",
        "    |================================ stay ",
        " 0.5+################################      ",
        "    |################################ left ",
        "   0+################################      ",
        "    +0---------------2--------------4      ",
    ]


@pytest.mark.parametrize("marker", ["braille", "block"])
def test_the_crosshair_over_shares_is_a_line_on_their_colours(marker: str) -> None:
    shares = [series_of(0.5, 0.5), series_of(0.5, 0.5)]
    layers = [Layer.shares(shares, ["a", "b"])]
    bare = draw_chart(25, 10, layers, marker=marker)
    marked = draw_chart(25, 10, layers, marker=marker, crosshair=0.5)
    cell = next(line for line in lines(marked)[1:-1] if "│" in line).index("│")
    for before, after in zip(bare.rows[:-1], marked.rows[:-1], strict=True):
        (glyph, own), (mark, role) = cell_at(before, cell), cell_at(after, cell)
        if glyph in " █":
            assert (mark, role) == ("│", "cursor" if glyph == " " else f"strong on {own}")
        else:
            assert (mark, role) == (glyph, own)


def test_edge_of_a_share_inside_a_cell_has_both_colours() -> None:
    shares = [series_of(0.4, 0.4), series_of(0.6, 0.6)]
    picture = draw_chart(25, 10, [Layer.shares(shares, ["a", "b"])])
    roles = {role for row in picture.rows for _, role in row}
    assert roles == {"axis", "a", "b", "a on b"}
    assert roles_of(picture, "a on b") <= set("▁▂▃▄▅▆▇")


def test_shares_that_do_not_sum_to_one_are_scaled_and_gaps_are_bridged() -> None:
    shares = [series_of(3, 3, distance=1000), series_of(1, 1, distance=1000)]
    picture = draw_chart(25, 10, [Layer.shares(shares, ["a", "b"])], marker="ascii")
    assert all(len(set(line[5:])) == 1 for line in lines(picture)[:-1])


@pytest.mark.parametrize(("series", "roles"), [([], ["a"]), ([Series()], [])])
def test_shares_without_series_or_roles_are_refused(series: Any, roles: Any) -> None:
    with pytest.raises(ValueError, match="at least one series and one role"):
        Layer.shares(series, roles)


def test_band_is_every_other_dot_between_two_series() -> None:
    picture = draw_chart(65, 20, [Layer.band(series_of(1, 1), series_of(3, 3))], y_range=(0, 4))
    rows = plot_rows(picture, "band")
    ticks = [next(i for i, line in enumerate(lines(picture)) if line.lstrip().startswith(f"{y}┤")) for y in (3, 1)]
    assert [rows[0], rows[-1]] == ticks
    assert roles_of(picture, "band") & {"⢕", "⡪"}
    assert "⣿" not in roles_of(picture, "band")


def test_cloud_of_points_has_its_own_x() -> None:
    points = [(-2.0, 1.0), (2.5, 3.0)]
    picture = draw_chart(45, 10, [Layer.scatter(points)], marker="ascii")
    assert picture.x_range == (-2, 2.5)
    assert sum(line.count("o") for line in lines(picture)) == 2
    assert lines(picture)[-1].endswith("2.5")


def test_unknown_marker_draws_ascii() -> None:
    assert all(line.isascii() for line in lines(draw_chart(40, 8, [Layer.line(series_of(0, 1))], marker="sixel")))
