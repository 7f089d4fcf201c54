"""Grids of values: ties, signs, numbers that fit, sizes of tiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.value_pictures import GridValues
from dqn_tui.view.grids import (
    ERROR,
    OPTIMUM,
    VALUE,
    VISITS,
    cell_number,
    cell_values,
    find_greedy,
    greedy_text,
    grid_modes,
    state_values,
    tile_size,
)

SIGNS = ("←", "↓", "→", "↑")
FREE = np.ones((1, 3, 4), bool)


def make_grid(q_values: list[list[list[float]]], **changes: object) -> GridValues:
    values = np.array(q_values, np.float32)
    is_state = ~np.isnan(values).all(axis=2)
    kinds = tuple("." * values.shape[1] for _ in q_values)
    fields = {"is_state": is_state, "q_values": values, "allowed": ~np.isnan(values), "signs": SIGNS} | changes
    return GridValues(kinds=kinds, **fields)  # type: ignore[arg-type]


NAN = [float("nan")] * 4
GRID = make_grid([[[0.0, 1.0, 0.5, 0.2], [1.0, 1.0, 0.0, 0.0], NAN]])


def test_a_cell_shows_the_highest_value_of_its_allowed_actions() -> None:
    allowed = FREE.copy()
    allowed[0, 0, 1] = False
    assert state_values(GRID.q_values, allowed)[0, :2].tolist() == [0.5, 1.0]
    assert np.isnan(cell_values(GRID, VALUE)[0, 2])


def test_modes_are_those_that_the_picture_has() -> None:
    assert grid_modes(GRID) == (VALUE,)
    optimum = np.full((1, 3, 4), 0.75, np.float32)
    full = make_grid([[[0.0, 1.0, 0.5, 0.2], [1.0, 1.0, 0.0, 0.0], NAN]], optimum=optimum, visits=optimum[..., 0])
    assert grid_modes(full) == (VALUE, ERROR, OPTIMUM, VISITS)
    assert cell_values(full, ERROR)[0, 0] == pytest.approx(0.25)
    assert cell_values(full, VISITS)[0, 0] == 0.75


@pytest.mark.parametrize(
    ("q_values", "text"),
    [
        ([0.0, 1.0, 0.5, 0.2], "↓"),
        ([1.0, 0.999, 0.5, 1.0], "←↓↑"),
        ([0.5, 0.5, 0.5, 0.5], "┼"),
        ([1.0, 0.99, 0.0, 0.0], "←"),
    ],
)
def test_actions_within_a_share_of_the_range_of_values_are_shown_as_ties(q_values: list[float], text: str) -> None:
    """The other cell's value is 0, so a tie is anything less than 0.005 apart."""
    grid = make_grid([[q_values, [0.0, 0.0, -1.0, -1.0], NAN]])
    assert greedy_text(find_greedy(grid.q_values, grid.allowed)[0, 0], SIGNS) == text


def test_a_forbidden_action_is_never_greedy() -> None:
    allowed = FREE.copy()
    allowed[0, 0, 1] = False
    assert greedy_text(find_greedy(GRID.q_values, allowed)[0, 0], SIGNS) == "→"


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=8, max_size=8))
def test_the_best_action_is_always_greedy_and_none_far_below_it(values: list[float]) -> None:
    grid = make_grid([[values[:4], values[4:]]])
    greedy = find_greedy(grid.q_values, grid.allowed)
    best = state_values(grid.q_values, grid.allowed)
    span = float(best.max() - best.min())
    for column in range(2):
        q_values = grid.q_values[0, column]
        assert greedy[0, column, q_values.argmax()]
        far = q_values < best[0, column] - 0.01 * span - 1e-5 * np.abs(best).max() - 1e-9
        assert not (greedy[0, column] & far).any()


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.5432, 4, "0.54"),
        (0.5432, 3, ".54"),
        (-0.54, 4, "-.54"),
        (-13.1, 3, "-13"),
        (-0.001, 4, "0.00"),
        (123.4, 2, ""),
    ],
)
def test_a_number_is_as_exact_as_fits(value: float, width: int, text: str) -> None:
    assert cell_number(value, 2, width) == text


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 200), st.integers(1, 60), st.booleans())
def test_tiles_fit_whenever_there_are_any(columns: int, rows: int, width: int, height: int, has_walls: bool) -> None:
    tile = tile_size(columns, rows, width, height, has_walls=has_walls)
    assert tile.width * columns + has_walls * (columns - 1) * (tile.width > 0) <= width
    assert tile.height * rows <= height
    assert (tile.width == 0) == (tile.height == 0)
