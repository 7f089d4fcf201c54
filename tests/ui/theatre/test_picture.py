"""Drawings of pixels and of text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from dqn_tui.ui.theatre.picture import drawing_of
from dqn_tui.ui.widgets.rows import row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from tests import fakes

PICTURES = [
    None,
    "",
    "some words\nof text",
    "SFFF\nFHFH\nFFFH\nHFFG",
    np.zeros((0, 0, 3), np.uint8),
    np.zeros((10, 10, 3), np.uint8),
    np.zeros((7, 7, 3), np.uint8),
    np.zeros((2000, 10, 3), np.uint8),
    fakes.draw_cart(0.4, 0.1),
]


def style_of(cell: tuple[str, str | Style]) -> Style:
    assert isinstance(cell[1], Style)
    return cell[1]


def test_a_cell_shows_two_pixels() -> None:
    pixels = np.array([[[0, 0, 0]], [[252, 0, 0]]], np.uint8)
    ((cell,),) = drawing_of(pixels, RunScene()).rows(1, 1)
    assert cell[0] == "▀"
    assert style_of(cell) == Style.parse("#000000 on #fc0000")


def test_equal_cells_are_one_run() -> None:
    pixels = np.full((4, 6, 3), 252, np.uint8)
    assert [[text for text, _ in row] for row in drawing_of(pixels, RunScene()).rows(6, 2)] == [[" " * 6]] * 2


def test_the_last_of_an_odd_number_of_pixel_rows_has_the_terminal_below_it() -> None:
    rows = drawing_of(np.full((3, 1, 3), 252, np.uint8), RunScene()).rows(1, 2)
    assert [row[0][0] for row in rows] == [" ", "▀"]
    assert style_of(rows[1][0]).bgcolor is None


def test_shades_of_ascii_leave_the_background_blank() -> None:
    white = np.full((4, 8, 3), 255, np.uint8)
    white[1, 2:4] = 0
    rows = drawing_of(white, RunScene(marker="ascii")).rows(8, 2)
    assert ["".join(text for text, _ in row) for row in rows] == ["  @@    ", " " * 8]


@pytest.mark.parametrize("marker", ["braille", "ascii"])
@pytest.mark.parametrize("picture", PICTURES)
@settings(max_examples=25)
@given(width=st.integers(0, 90), height=st.integers(0, 40))
def test_a_drawing_takes_the_size_that_it_names(picture: object, marker: str, width: int, height: int) -> None:
    drawing = drawing_of(picture, RunScene(marker=marker))  # type: ignore[arg-type]
    columns, count = drawing.size(width, height)
    rows = drawing.rows(width, height)
    assert count <= height or not height
    assert columns <= width or not width
    assert len(rows) == count
    is_map = isinstance(picture, str) and picture.startswith("SF")
    assert all(row_width(row) == columns for row in (rows[:-1] if is_map else rows))
