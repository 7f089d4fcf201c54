"""Values read off a chart are those that it draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.buckets import Reading
from dqn_tui.view.cells import Cells
from dqn_tui.view.chart import draw_chart
from dqn_tui.view.crosshair import LayerReading, read_layers
from dqn_tui.view.layer import Layer
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.step_map import StepMap
from dqn_tui.view.text import MARKERS
from dqn_tui.view.x_unit import XUnit


def series_of(*points: tuple[float, float], capacity: int = 2048) -> Series:
    series = Series(capacity)
    for x, y in points:
        series.append(x, y)
    return series


CELLS = Cells(0, 100, 10)


def test_a_column_is_read_as_the_mean_the_lowest_and_the_highest_of_its_points() -> None:
    series = series_of((11, 1.0), (15, 6.0), (19, 2.0), (20, 100.0))
    assert series.read(CELLS, 1) == Reading(3, 1, 6, 3)
    assert series.read(CELLS, 2) == Reading(100, 100, 100, 1)


def test_a_column_without_points_is_read_at_the_nearest_one_and_before_the_first_there_is_none() -> None:
    series = series_of((22, 1.0), (58, 9.0))
    assert series.read(CELLS, 1) is None
    assert [series.read(CELLS, column) for column in (3, 4)] == [Reading(1, 1, 1, 1), Reading(9, 9, 9, 1)]
    assert series.read(CELLS, 9) == Reading(9, 9, 9, 1)
    assert Series().read(CELLS, 0) is None


@given(
    st.lists(st.tuples(st.integers(0, 9), st.floats(-1e6, 1e6)), min_size=1, max_size=200),
    st.sampled_from([4, 16, 300]),
    st.integers(1, 40),
)
def test_every_column_with_points_is_read_as_it_is_drawn(steps: Any, capacity: int, count: int) -> None:
    x, series = 0, Series(capacity)
    for distance, y in steps:
        x += distance
        series.append(x, y)
    cells = Cells(0, x + 1, count)
    columns = series.columns(0, x + 1, count)
    for column in np.flatnonzero(columns.count):
        found = series.read(cells, int(column))
        assert found is not None
        assert found == (columns.mean[column], columns.minimum[column], columns.maximum[column], columns.count[column])


def test_each_kind_of_layer_is_read_and_the_front_one_comes_first() -> None:
    raw, line = series_of((15, 2.0), (16, 4.0)), series_of((15, 3.5))
    layers = [
        Layer.level(9.0, label="goal"),
        Layer.envelope(raw, "raw"),
        Layer.band(series_of((15, 1.0)), series_of((15, 5.0)), "band", "10-90%"),
        Layer.line(line, "smooth", "ema5"),
        Layer.points([(5, 7.0), (14, 8.0), (25, 9.0)], label="eval"),
        Layer.scatter([(15, 1.0)]),
    ]
    assert read_layers(layers, CELLS, 1) == [
        LayerReading("eval", "evaluation", 8.0),
        LayerReading("ema5", "smooth", 3.5),
        LayerReading("10-90%", "band", (1.0, 5.0)),
        LayerReading("raw", "raw", 3.0, Reading(3, 2, 4, 2)),
    ]
    assert read_layers(layers, CELLS, 0) == [LayerReading("eval", "evaluation", 7.0)]


def test_shares_are_read_as_parts_of_their_sum() -> None:
    layers = [Layer.shares([series_of((15, 1.0)), series_of((15, 3.0))], ["a", "b"], ["left", "right"])]
    assert read_layers(layers, CELLS, 1) == [LayerReading("left", "a", 0.25), LayerReading("right", "b", 0.75)]
    assert read_layers(layers, CELLS, 0) == []


def test_returns_of_0_and_1_are_read_as_the_rate_that_is_drawn() -> None:
    series = SmoothedSeries()
    for x in range(100):
        series.append(x, float(x >= 50))
    picture = draw_chart(60, 9, [Layer.envelope(series)], x_range=(0, 100))
    (reading,) = picture.read(99)
    assert reading.name == "rate"
    assert reading.value == pytest.approx(series.rate.last, abs=0.02)
    assert picture.read(101) == []


def test_on_an_axis_of_seconds_the_values_move_with_their_steps() -> None:
    seconds = StepMap()
    seconds.append(50, 10.0)
    seconds.append(100, 100.0)
    layers = [Layer.line(series_of((50, 1.0), (100, 2.0)))]
    picture = draw_chart(60, 9, layers, x_range=(0, 100), x_scale=seconds.scale(XUnit.SECOND))
    assert [reading.value for x in (10, 50, 60, 99) for reading in picture.read(x)] == [1, 1, 2, 2]


@pytest.mark.parametrize("marker", MARKERS)
def test_the_crosshair_is_behind_the_data_and_has_a_label_on_the_axis(marker: str) -> None:
    flat = [Layer.line(series_of((0, 5.0), (30_000, 5.0)))]
    size: Any = {"marker": marker, "x_range": (0.0, 30_000.0), "y_range": (0.0, 10.0)}
    bare, marked = draw_chart(60, 9, flat, **size), draw_chart(60, 9, flat, crosshair=12_300.0, **size)
    column = marked.cells.at(12_300.0)
    assert column is not None
    cell, signs = marked.plot_left + column, "|" if marker == "ascii" else "│"
    assert [run for run in marked.rows[-1] if run[1] == "crosshair"] == [("12.3k", "crosshair")]
    kept = 0
    for old, new in zip(bare.rows[:-1], marked.rows[:-1], strict=True):
        before, after = ("".join(text for text, _ in row) for row in (old, new))
        assert before[:cell] + before[cell + 1 :] == after[:cell] + after[cell + 1 :]
        is_free = before[cell] in " .·⠄"
        assert after[cell] == (signs if is_free else before[cell])
        kept += not is_free
    assert kept == 1


def test_in_ascii_the_crosshair_leaves_every_other_row_of_shares_free() -> None:
    layers = [Layer.shares([series_of((0, 1.0), (99, 1.0)), series_of((0, 1.0), (99, 1.0))], ["a", "b"])]
    picture = draw_chart(60, 9, layers, x_range=(0, 100), crosshair=50.0, marker="ascii")
    column = picture.cells.at(50.0)
    assert column is not None
    texts = ["".join(text for text, _ in row) for row in picture.rows[:-1]]
    assert "".join(text[picture.plot_left + column] for text in texts) == "|=|=|#|#"


def test_a_crosshair_out_of_sight_leaves_the_picture_as_it_is() -> None:
    layers = [Layer.line(series_of((0, 5.0), (100, 7.0)))]
    assert (
        draw_chart(60, 9, layers, x_range=(0, 50), crosshair=70.0).rows
        == draw_chart(60, 9, layers, x_range=(0, 50)).rows
    )


def test_y_at_is_the_value_of_a_rows_reference_line() -> None:
    picture = draw_chart(60, 9, [Layer.line(series_of((0, 0.0), (100, 70.0)))])
    bottom, top = picture.y_range
    assert (picture.y_at(picture.plot_height - 1), picture.y_at(0)) == (bottom, top)
    assert picture.y_at(-1) is picture.y_at(picture.plot_height) is None
    decades = draw_chart(60, 9, [Layer.line(series_of((0, 0.01), (100, 100.0)))], is_log=True)
    low, high = decades.y_range
    assert decades.y_at(4) == pytest.approx(high * (low / high) ** (4 / 7))
