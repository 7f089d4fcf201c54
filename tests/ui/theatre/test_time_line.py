"""The time line, and the strips along an episode."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.rollout import Timeline
from dqn_tui.ui.theatre.strips import LABEL_WIDTH, Strip, pick_columns, strip_rows
from dqn_tui.ui.theatre.time_line import Span, end_label, span_of, time_line_row


def line(timeline: Timeline, columns: int, marker: str = "braille") -> str:
    span = span_of(timeline, 0, columns)
    return "".join(text for text, _ in time_line_row(timeline, span, marker))


def test_the_line_shows_what_was_played_what_is_known_and_what_is_not() -> None:
    assert line(Timeline(playhead=4, known=6, length=9), 10) == "━━━━●──···"
    assert line(Timeline(playhead=0, known=9, length=9), 10) == "●─────────"
    assert line(Timeline(playhead=9, known=9, length=9), 10) == "━━━━━━━━━●"
    assert line(Timeline(playhead=4, known=9, length=9, parting=2), 10, "ascii") == "==x=O-----"
    assert line(Timeline(playhead=16, known=16, length=16), 34) == "━" * 32 + "●─"


def test_an_episode_without_a_known_end_has_a_line_that_seldom_changes() -> None:
    lengths = [span_of(Timeline(step, step), 0, 80).steps for step in range(2_000)]
    assert sorted(set(lengths)) == [50, 100, 200, 500, 1_000, 2_000, 5_000]
    assert all(length >= step for step, length in enumerate(lengths))
    assert end_label(Timeline(7, 1_012)) == "1,012+"
    assert end_label(Timeline(7, 1_012, 1_012)) == "1,012"


@given(st.integers(1, 5_000), st.integers(1, 300), st.data())
def test_a_click_on_the_playhead_leaves_it_in_its_cell(steps: int, columns: int, data: st.DataObject) -> None:
    span = Span(5, columns, steps)
    step = data.draw(st.integers(0, steps))
    x = span.left + span.column_of(step)
    found = span.step_at(x)
    if steps + 1 >= columns:
        assert span.column_of(found) == x - span.left
    assert span.step_at(0) == 0 or columns == 1
    assert span.step_at(1_000_000) == steps


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=60), st.integers(0, 40), st.integers(1, 90))
def test_columns_hold_the_largest_value_of_their_steps(values: list[float], more: int, count: int) -> None:
    steps = len(values) + more
    columns = pick_columns(np.array(values), steps, count)
    for column, shown in enumerate(columns.tolist()):
        start = column * (steps + 1) // count
        end = max(start + 1, (column + 1) * (steps + 1) // count)
        inside = values[start:end]
        if not inside:
            assert math.isnan(shown)
        else:
            assert abs(shown) == max(map(abs, inside))


def rows(values: list[float], place: int, *, height: int = 1, marker: str = "block", is_signed: bool = False) -> str:
    strip = Strip("value", values, place, "primary", is_signed)
    span = Span(LABEL_WIDTH, 10, 9)
    found = strip_rows(strip, span, place, height, marker)
    assert all(sum(len(text) for text, _ in row) == LABEL_WIDTH + 10 for row in found)
    return "\n".join("".join(text for text, _ in row) for row in found)


def test_a_strip_names_its_value_at_the_playhead_and_marks_it() -> None:
    text = rows([0.0, 1.0, 2.0, 3.0], 2)
    assert text.startswith(" value         2 ")
    assert rows([0.0, 1.0], 5).startswith(" value           ")
    assert rows([0.0, 1.0], 5)[LABEL_WIDTH + 5] == "│"


def test_bars_go_up_and_down_from_zero() -> None:
    top, middle, bottom = rows([1.0, -1.0, 0.0], 9, height=3, marker="ascii", is_signed=True).splitlines()
    assert [line[LABEL_WIDTH : LABEL_WIDTH + 3] for line in (top, middle, bottom)] == ["#  ", "###", " # "]
    assert rows([3.0, -1.0, 0.0], 9, marker="ascii", is_signed=True)[LABEL_WIDTH : LABEL_WIDTH + 3] == "@=."


@pytest.mark.parametrize("marker", ["braille", "block", "ascii"])
@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, 1.0], [1e308, -1e308], [3.0] * 10])
def test_odd_values_have_a_strip(marker: str, values: list[float]) -> None:
    for height in (1, 2, 3):
        for is_signed in (False, True):
            text = rows(values, 3, height=height, marker=marker, is_signed=is_signed)
            assert text.count("\n") == height - 1
            assert marker != "ascii" or text.isascii()
