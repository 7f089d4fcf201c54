"""Picture and numbers: stacked or side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.ui.theatre.arrangement import arrange
from dqn_tui.ui.theatre.picture import drawing_of
from dqn_tui.ui.widgets.run_scene import RunScene

WIDE = drawing_of(np.zeros((400, 600, 3), np.uint8), RunScene())
SQUARE = drawing_of(np.zeros((500, 500, 3), np.uint8), RunScene())
TALL = drawing_of(np.zeros((210, 160, 3), np.uint8), RunScene())
LAKE = drawing_of("SFFF\nFHFH\nFFFH\nHFFG", RunScene())
WANTED = (36, 6)
# Inside the frame: watch at 80x24, 120x40 and 200x60, and the dashboard's pane at 120x40 and 200x60.
WATCH, PANES = [(78, 21), (118, 37), (198, 57)], [(56, 34), (54, 44)]


@pytest.mark.parametrize("space", [*WATCH, *PANES])
def test_a_wide_picture_is_on_top(space: tuple[int, int]) -> None:
    assert not arrange(WIDE, WANTED, *space).is_beside


@pytest.mark.parametrize("drawing", [SQUARE, TALL, LAKE])
def test_others_are_beside_the_numbers_where_the_panel_is_wide_and_low(drawing: object) -> None:
    assert all(arrange(drawing, WANTED, *space).is_beside for space in WATCH)  # type: ignore[arg-type]
    assert not any(arrange(drawing, WANTED, *space).is_beside for space in PANES)  # type: ignore[arg-type]


def test_a_stacked_picture_takes_all_rows_that_the_numbers_do_not_need() -> None:
    place = arrange(WIDE, WANTED, 78, 21)
    assert place.picture == (45, 15)
    assert place.numbers == (78, 6)


@pytest.mark.parametrize("drawing", [WIDE, SQUARE, TALL, LAKE])
@pytest.mark.parametrize("space", [*WATCH, *PANES])
def test_the_picture_fills_the_width_or_the_height(drawing: object, space: tuple[int, int]) -> None:
    place = arrange(drawing, WANTED, *space)  # type: ignore[arg-type]
    width, height = (space[0] - WANTED[0], space[1]) if place.is_beside else (space[0], space[1] - WANTED[1])
    assert place.picture[0] >= 0.8 * width or place.picture[1] >= 0.8 * height


def test_many_actions_move_the_numbers_beside_the_picture() -> None:
    assert not arrange(WIDE, (36, 6), 90, 30).is_beside
    assert arrange(WIDE, (36, 20), 90, 30).is_beside


@given(st.integers(1, 220), st.integers(1, 70), st.integers(1, 30))
def test_nothing_leaves_the_panel(width: int, height: int, wanted: int) -> None:
    for drawing in (WIDE, SQUARE, TALL, LAKE):
        place = arrange(drawing, (36, wanted), width, height)
        columns, rows = place.picture
        assert columns <= width
        assert rows <= height
        if place.is_beside:
            assert columns + 2 + place.numbers[0] == width
            assert place.numbers[0] >= 36
        else:
            assert rows + place.numbers[1] == height
            assert place.numbers[1] >= min(wanted, 2, height - 1)
