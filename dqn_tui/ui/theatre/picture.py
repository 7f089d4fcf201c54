"""A rendered frame as rows: two pixels per cell, shades of ASCII, or text."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.halfblock import half_blocks
from dqn_tui.view.text import plain

Pixels = NDArray[np.uint8]

_SHADES = " .:-=+*#%@"
_COLOR_SWITCH = re.compile(r"\x1b\[([0-9;]{0,40})m")
# Red, green, yellow, blue, magenta, cyan, as SGR numbers them. Colours that a picture contrasts get different roles.
_HUES = {1: "warm", 2: "fresh", 3: "fresh", 4: "cool", 5: "warm", 6: "cool"}
_STANDING_OUT = {1, 30, 37, 38, 90, 97}
# Six bits per channel: the difference is invisible, and styles repeat often enough to be cached.
_MASK = np.uint8(0xFC)


def picture_lines(pixels: Pixels, width: int, height: int, *, is_ascii: bool) -> list[Row]:
    """Return the picture in at most `width` by `height` cells, with its aspect ratio. pixels: uint8 [H, W, 3]."""
    if width < 1 or height < 1 or pixels.ndim != 3 or not pixels.size:
        return []
    top, bottom = half_blocks(pixels, width, height)
    if is_ascii:
        return [_letters(row) for row in _brightness(top, bottom)]
    packed = _pack(top & _MASK) << 24 | _pack(bottom & _MASK)
    return [_half_block_line(row) for row in packed]


def text_rows(picture: str) -> list[Row]:
    """Return a picture of letters; its colours, with which Gymnasium marks agent and goal, become a few roles."""
    rows: list[Row] = []
    role = "text"
    for line in picture.rstrip("\n").splitlines():
        pieces = _COLOR_SWITCH.split(line)
        row: Row = []
        for place, piece in enumerate(pieces):
            if place % 2:
                role = _role_of(piece)
            elif text := plain(piece):
                row.append((text, role))
        rows.append(row)
    return rows


def _role_of(codes: str) -> str:
    """Return the role for SGR codes: background or reverse, else a hue, else bold or another colour, else plain."""
    numbers = [int(code) for code in codes.split(";") if code]
    if 38 in numbers:
        # The codes after 38 are an index into a palette or an RGB colour.
        numbers = numbers[: numbers.index(38) + 1]
    if any(number == 7 or 40 <= number <= 48 or 100 <= number <= 107 for number in numbers):
        return "marked"
    hues = [_HUES[number % 10] for number in numbers if 31 <= number <= 36 or 91 <= number <= 96]
    if hues:
        return hues[-1]
    return "accent" if any(number in _STANDING_OUT for number in numbers) else "text"


def _pack(pixels: Pixels) -> NDArray[np.int64]:
    wide = pixels.astype(np.int64)
    packed: NDArray[np.int64] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return packed


def _half_block_line(row: NDArray[np.int64]) -> Row:
    """Return the cells of one row, equal neighbours merged into one run."""
    edges = np.flatnonzero(np.diff(row)) + 1
    starts = [0, *edges.tolist(), len(row)]
    line: Row = []
    for start, end in pairwise(starts):
        pair = int(row[start])
        is_flat = pair >> 24 == pair & 0xFFFFFF
        line.append(((" " if is_flat else "▀") * (end - start), _pair_style(pair)))
    return line


@lru_cache(maxsize=4096)
def _pair_style(pair: int) -> Style:
    return Style(color=_rgb(pair >> 24), bgcolor=_rgb(pair & 0xFFFFFF))


def _rgb(value: int) -> Color:
    return Color.from_rgb(value >> 16 & 255, value >> 8 & 255, value & 255)


def _brightness(top: Pixels, bottom: Pixels) -> NDArray[np.int64]:
    both = (top.astype(float) + bottom.astype(float)).mean(axis=2) / 2
    shades: NDArray[np.int64] = (both / 256 * len(_SHADES)).astype(np.int64)
    return shades


def _letters(row: NDArray[np.int64]) -> Row:
    return [("".join(_SHADES[shade] for shade in row.tolist()), "text")]
