"""Dots on a grid, and characters made of dots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.text import ASCII

Array = NDArray[np.float64]
Rows = NDArray[np.int32]
Glyphs = NDArray[np.uint32]

# Columns and rows of dots in a cell, for each marker.
DOTS = {"braille": (2, 4), "block": (2, 2), ASCII: (1, 1)}
_BRAILLE_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLOCK_BITS = ((1, 2), (4, 8))
_BLOCKS = np.array([ord(char) for char in " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"], dtype=np.uint32)


def bridge(rows: Array, is_empty: NDArray[np.bool_]) -> Array:
    """Return rows in which empty columns between two others are filled along a straight line.

    A column that has points but no row, such as 0 on a logarithmic axis, remains a gap.
    """
    held = np.flatnonzero(~is_empty)
    if len(held) < 2:
        return rows
    columns = np.arange(held[0], held[-1] + 1)
    result = rows.copy()
    result[columns] = np.rint(np.interp(columns, held, rows[held]))
    result[held] = rows[held]
    return result


def fill(upper: Array, lower: Array, rows: int) -> NDArray[np.bool_]:
    """Return dots `[rows, columns]`: each column from its upper to its lower row, joined to its neighbours.

    Each of two neighbours covers half of the gap between them. Columns with NaN remain empty.
    """
    known = np.isfinite(upper) & np.isfinite(lower)
    top = np.where(known, upper, rows).astype(np.int32)
    bottom = np.where(known, lower, -1).astype(np.int32)
    new_top, new_bottom = top.copy(), bottom.copy()
    both = known[1:] & known[:-1]
    _join_down(both, bottom[:-1], top[1:], new_bottom[:-1], new_top[1:])
    _join_down(both, bottom[1:], top[:-1], new_bottom[1:], new_top[:-1])
    index = np.arange(rows, dtype=np.int32)[:, None]
    dots: NDArray[np.bool_] = (index >= new_top) & (index <= new_bottom)
    return dots


def _join_down(both: NDArray[np.bool_], start: Rows, end: Rows, new_bottom: Rows, new_top: Rows) -> None:
    """Extend a column that ends above its neighbour's start, and the neighbour, to the middle, in place."""
    apart = both & (start < end - 1)
    middle = (start + end) // 2
    np.copyto(new_bottom, np.maximum(new_bottom, middle), where=apart)
    np.copyto(new_top, np.minimum(new_top, middle + 1), where=apart)


def thicken(dots: NDArray[np.bool_], thickness: int) -> NDArray[np.bool_]:
    """Return dots grown upward and to the left, so that a line never falls below its value nor beyond its x."""
    for _ in range(thickness - 1):
        grown = dots.copy()
        grown[:-1] |= dots[1:]
        grown[:, :-1] |= grown[:, 1:]
        dots = grown
    return dots


def to_glyphs(dots: NDArray[np.bool_], marker: str, char: str) -> Glyphs:
    """Return dots `[height * dots, width * dots]` as code points `[height, width]`, 0 where a cell is empty.

    `char` represents a dot where a cell has only one.
    """
    if marker == ASCII:
        return np.where(dots, np.uint32(ord(char)), np.uint32(0))
    if marker == "block":
        codes = _pack(dots, _BLOCK_BITS)
        return np.where(codes > 0, _BLOCKS[codes], np.uint32(0))
    codes = _pack(dots, _BRAILLE_BITS)
    return np.where(codes > 0, codes + np.uint32(0x2800), np.uint32(0))


def _pack(dots: NDArray[np.bool_], bits: tuple[tuple[int, int], ...]) -> NDArray[np.uint8]:
    """Return one number per cell, with one bit for each dot."""
    flat = dots.view(np.uint8)
    height, width = dots.shape[0] // len(bits), dots.shape[1] // 2
    codes = np.zeros((height, width), dtype=np.uint8)
    for row, (left, right) in enumerate(bits):
        codes |= flat[row :: len(bits), 0::2] * np.uint8(left)
        codes |= flat[row :: len(bits), 1::2] * np.uint8(right)
    return codes
