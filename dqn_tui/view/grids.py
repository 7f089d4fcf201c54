"""Values over a grid as what a drawing needs: numbers, signs of greedy actions, sizes of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.value_pictures import GridValues

Values = NDArray[np.floating[Any]]

VALUE, ERROR, VISITS, OPTIMUM = "value", "error", "visits", "optimum"
ARROWS = ("↑", "←", "→", "↓")
TIE_SHARE = 0.005
"""Q-values that differ by less than this share of the grid's range of values are shown as equal."""
_EQUAL_SIGN = "┼"


def grid_modes(grid: GridValues) -> tuple[str, ...]:
    """Return what the cells can show."""
    known = {VALUE: True, ERROR: grid.optimum is not None, OPTIMUM: grid.optimum is not None}
    known[VISITS] = grid.visits is not None
    return tuple(mode for mode, is_there in known.items() if is_there)


def cell_values(grid: GridValues, mode: str) -> Values:
    """Return the number that each cell shows, [H, W]: NaN where there is no state."""
    if mode == VISITS and grid.visits is not None:
        return grid.visits
    if mode == OPTIMUM and grid.optimum is not None:
        return state_values(grid.optimum, grid.allowed)
    values = state_values(grid.q_values, grid.allowed)
    if mode == ERROR and grid.optimum is not None:
        return values - state_values(grid.optimum, grid.allowed)
    return values


def state_values(q_values: Values, allowed: NDArray[np.bool_]) -> Values:
    """Return the highest Q-value of the allowed actions, [H, W], NaN where there is no state."""
    values: Values = np.where(allowed, q_values, -np.inf).max(axis=-1)
    return np.where(np.isfinite(values), values, np.nan)


def find_greedy(q_values: Values, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which actions are greedy, bool [H, W, A]: the best one, and those that tie with it."""
    values = state_values(q_values, allowed)
    finite = values[np.isfinite(values)]
    tolerance = TIE_SHARE * float(finite.max() - finite.min()) if finite.size else 0.0
    # Rounding in float32 is no difference either.
    tolerance = max(tolerance, 1e-6 * float(np.abs(finite).max(initial=0.0)))
    return allowed & (np.nan_to_num(q_values, nan=-np.inf) >= np.nan_to_num(values)[..., None] - tolerance)


def greedy_text(greedy: NDArray[np.bool_], signs: Sequence[str]) -> str:
    """Return the signs of the greedy actions [A] of one cell; one sign of its own where all tie."""
    if greedy.all() and len(greedy) > 1:
        return _EQUAL_SIGN
    return "".join(sign for sign, is_greedy in zip(signs, greedy.tolist(), strict=True) if is_greedy)


def cell_number(value: float, decimals: int, width: int) -> str:
    """Return a value in at most `width` characters, with as many of the decimals as fit; empty if none fits."""
    if not np.isfinite(value):
        return ""
    for places in range(decimals, -1, -1):
        text = f"{value:.{places}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        short = text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
        for one in (text, short):
            if len(one) <= width:
                return one
    return ""


class TileSize(NamedTuple):
    """Columns and rows of a tile; 0 where the grid does not fit."""

    width: int
    height: int


def tile_size(columns: int, rows: int, width: int, height: int, *, has_walls: bool) -> TileSize:
    """Return the largest tiles, about twice as wide as high, of a grid in `width` x `height` cells."""
    widest, highest = (width - has_walls * (columns - 1)) // max(1, columns), height // max(1, rows)
    tall = min(highest, max(1, widest // 2))
    wide = min(widest, max(3, round(2.4 * tall)))
    return TileSize(wide, tall) if min(wide, tall) > 0 else TileSize(0, 0)
