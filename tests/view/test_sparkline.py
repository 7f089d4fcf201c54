from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import MARKERS

ANY = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 0.0, 1.0])


def series_of(*values: float) -> Series:
    series = Series()
    for index, value in enumerate(values):
        series.append(index, value)
    return series


@given(st.lists(ANY, max_size=40), st.integers(0, 80), st.sampled_from(MARKERS), st.none() | st.tuples(ANY, ANY))
def test_sparkline_is_exactly_as_wide_as_requested_whatever_the_data(
    values: list[float], width: int, marker: str, y_range: Any
) -> None:
    text = sparkline(series_of(*values), width, marker, y_range)
    assert len(text) == width
    assert text.isascii() or marker != "ascii"


def test_sparkline_of_a_ramp() -> None:
    assert sparkline(series_of(*range(8)), 8) == "▁▂▃▄▅▆▇█"
    assert sparkline(series_of(*range(9)), 9, "ascii") == ".:-=+*#%@"


def test_sparkline_keeps_spikes_and_repeats_over_empty_columns() -> None:
    series = Series()
    for x, y in [(0, 0.0), (1, 7.0), (2, 0.0), (10, 0.0)]:
        series.append(x, y)
    assert sparkline(series, 5) == "█▁▁▁▁"


def test_sparkline_of_nothing_is_blank_and_of_a_constant_half_high() -> None:
    assert sparkline(Series(), 6) == " " * 6
    assert set(sparkline(series_of(3, 3, 3), 6)) <= set("▄▅")


def test_sparkline_with_a_fixed_range() -> None:
    assert sparkline(series_of(0.5, 0.5), 2, y_range=(0, 1)) == "▅▅"
    assert sparkline(series_of(0, 9), 2, y_range=(0, 1)) == "▁█"


def test_sparkline_of_successes_is_their_rate() -> None:
    series = Series()
    for x in range(400):
        series.append(x, float(x % 4 == 0))
    assert set(sparkline(series, 10)) == {"▃"}
    assert sparkline(series_of(1.0, 1.0), 2) == "██"


def test_sparkline_of_few_successes_is_a_smoothed_rate() -> None:
    series = SmoothedSeries()
    for x in range(200):
        series.append(x, float(x % 2))
    assert set(sparkline(series, 200)[100:]) <= set("▄▅")


@pytest.mark.parametrize("marker", MARKERS)
def test_sparkline_without_room_is_empty(marker: str) -> None:
    assert sparkline(series_of(1.0, 2.0), 0, marker) == ""
