"""Rows of styled text: widths, and ASCII in place of everything else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dqn_tui.ui.widgets.rows import Row, ascii_only, fit, frame, join_fitting, justify, row_width
from dqn_tui.view.text import ASCII_CELLS, for_marker

WORDS = st.text("ab ±…→漢字◆━", max_size=12)
ROWS = st.lists(st.tuples(WORDS, st.just("text")), max_size=4)


@given(WORDS)
def test_ascii_is_as_wide_as_the_text_that_it_replaces(text: str) -> None:
    assert ascii_only(text).isascii()
    assert cell_len(ascii_only(text)) == cell_len(text)


def test_both_ways_to_ascii_share_one_table() -> None:
    for char, plain in ASCII_CELLS.items():
        assert ascii_only(chr(char)) == plain
        assert for_marker(chr(char), "ascii") in (plain, "+-", "...", "->")


@given(ROWS, st.integers(1, 40))
def test_a_fitted_row_has_exactly_its_width(row: Row, width: int) -> None:
    assert row_width(fit(row, width)) == width


@given(ROWS, ROWS, st.integers(1, 40))
def test_justified_rows_fill_their_width(left: Row, right: Row, width: int) -> None:
    assert row_width(justify(left, right, width)) == width


@given(st.lists(ROWS, max_size=4), st.integers(0, 40))
def test_joined_parts_stay_within_their_width(parts: list[Row], width: int) -> None:
    assert row_width(join_fitting(parts, width)) <= width


@given(ROWS, st.lists(ROWS, max_size=3), st.lists(ROWS, max_size=5), st.integers(12, 40), st.integers(2, 8))
def test_a_frame_has_exactly_its_size(title: Row, facts: list[Row], rows: list[Row], width: int, height: int) -> None:
    framed = frame(title, facts, rows, width, height)
    assert len(framed) == height
    assert {row_width(row) for row in framed} == {width}
