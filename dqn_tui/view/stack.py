"""Shares of a whole as stacked bands of characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import Buckets
from dqn_tui.view.raster import Glyphs
from dqn_tui.view.text import ASCII
from dqn_tui.view.y_axis import YAxis

Array = NDArray[np.float64]
Bands = NDArray[np.intp]

# Steps of height in a cell, for each marker, and the character of each: a part of a cell is filled from below.
_FILLS = {"braille": " ▁▂▃▄▅▆▇█", "block": " ▄█", ASCII: " #"}
_ASCII_FILLS = "#=:.%+-o"


def stack_tops(series: Sequence[Buckets], x_range: tuple[float, float], width: int) -> Array:
    """Return the upper edge of each share in each column, `[shares, width]`, in 0 to 1; NaN before and after the data.

    Shares are divided by their sum; a column without points lies between its neighbours.
    """
    means = np.array([_filled(one.columns(*x_range, width).mean) for one in series])
    edges: Array = np.cumsum(np.clip(means, 0, 1e300), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        edges /= edges[-1]
    return edges


def _filled(means: Array) -> Array:
    known = np.flatnonzero(np.isfinite(means))
    if not len(known):
        return means
    return np.interp(np.arange(len(means)), known, means[known], left=np.nan, right=np.nan)


def stack_cells(tops: Array, axis: YAxis, marker: str) -> tuple[Glyphs, Bands, Bands]:
    """Return the characters of the stack, and for each cell the share in its lower and in its upper part.

    All are `[rows, width]`; a character is 0, and a share is the number of shares, where nothing is drawn. A cell
    with an edge inside is to be drawn in the lower share's colour on that of the upper one.
    """
    fills = _FILLS[marker]
    dots = len(fills) - 1
    edges = axis.rows * dots - np.nan_to_num(axis.dot_rows(tops, dots), nan=axis.rows * dots)
    base = np.arange(axis.rows - 1, -1, -1)[:, None] * dots
    lower, upper = (_share_at(edges, base + dot) for dot in (0, dots - 1))
    lowest_edge = np.take_along_axis(np.vstack([edges, edges[-1:]]), lower, axis=0)
    codes = np.array([ord(char) for char in fills], dtype=np.uint32)
    filled = codes[np.clip(lowest_edge - base, 0, dots).astype(np.intp)]
    if marker == ASCII:
        signs = np.array([ord(char) for char in _ASCII_FILLS], dtype=np.uint32)
        filled = signs[lower % len(signs)]
    glyphs = np.where(lower < len(tops), filled, np.uint32(0))
    return glyphs.astype(np.uint32), lower, upper


def _share_at(edges: Array, heights: NDArray[np.intp]) -> Bands:
    """Return the index of the share at heights `[rows, 1]` above the bottom, in dots, for each column."""
    result: Bands = (edges[:, None, :] <= heights[None]).sum(axis=0)
    return result
