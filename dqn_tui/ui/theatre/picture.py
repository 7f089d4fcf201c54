"""The environment's rendering as rows: real pixels, half blocks, shades of ASCII, a map of tiles, or plain text.

Each kind of drawing gives the columns and rows that it takes of a space (`size`), and itself (`rows`).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from dqn_tui.ui.theatre.letter_map import LetterMap, read_map
from dqn_tui.ui.theatre.letters import Letter, read_letters, text_rows
from dqn_tui.ui.theatre.sharp_picture import SharpDrawing
from dqn_tui.ui.widgets.rows import Row, fit, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.halfblock import background, contrast, scale_picture, scaled_size

Pixels = NDArray[np.uint8]

_SHADES = " .:-=+*#%@"
# The shade for each difference from the background. Small differences count more, as they do for the eye.
_SHADE_OF = (np.sqrt(np.arange(256) / 256) * len(_SHADES)).astype(np.int64)
# Six bits per channel: the difference is invisible, and styles repeat often enough to be cached.
_MASK = np.uint8(0xFC)
_NOTHING = "this environment renders nothing"


class Drawing(Protocol):
    """A picture that fills a given space as far as its proportions allow."""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the columns and rows that the drawing takes of `width` x `height` cells."""

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the drawing in at most `width` x `height` cells."""


def drawing_of(picture: Pixels | str | None, scene: RunScene) -> Drawing:
    """Return the drawing of a frame's picture."""
    if isinstance(picture, np.ndarray) and scene.picture_cell is not None and picture.ndim == 3:
        return SharpDrawing(picture, scene.picture_cell, scene.colors.style("text"))
    if isinstance(picture, np.ndarray):
        return PixelDrawing(picture, is_ascii=scene.is_ascii)
    if picture is None:
        return TextDrawing([[Letter(char) for char in _NOTHING]])
    lines = read_letters(picture)
    found = read_map(lines)
    return TextDrawing(lines) if found is None else MapDrawing(found, lines, scene)


class PixelDrawing:
    """Pixels: two in each cell, or one shade of ASCII."""

    def __init__(self, pixels: Pixels, *, is_ascii: bool) -> None:
        self._pixels = pixels if pixels.ndim == 3 else np.zeros((0, 0, 3), np.uint8)
        self._is_ascii = is_ascii

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows."""
        columns, pixel_rows = scaled_size(self._pixels, width, height)
        return columns, -(-pixel_rows // 2)

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the rows of the picture."""
        scaled = scale_picture(self._pixels, width, height)
        if self._is_ascii:
            return _shades(scaled)
        packed = _pack(scaled & _MASK)
        # The last cells of an odd number of pixel rows show one pixel over the terminal's background.
        below = np.vstack([packed[1::2], np.full((len(packed) % 2, packed.shape[1]), -1, np.int64)])
        return [_half_block_line(row) for row in packed[0::2] << 25 | below + 1]


class TextDrawing:
    """Text as it was printed, cut where it does not fit."""

    def __init__(self, lines: list[list[Letter]]) -> None:
        self._rows = text_rows(lines)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows."""
        return min(width, max((row_width(row) for row in self._rows), default=0)), min(height, len(self._rows))

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the lines, all of one width."""
        columns, count = self.size(width, height)
        return [fit(row, columns) for row in self._rows[:count]]


class MapDrawing:
    """A map drawn large; as it was printed where there is no room for tiles."""

    def __init__(self, letters: LetterMap, lines: list[list[Letter]], scene: RunScene) -> None:
        self._map, self._text, self._scene = letters, TextDrawing(lines), scene

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows."""
        size = self._map.size(width, height)
        return size if size[1] else self._text.size(width, height)

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the rows of tiles, and the caption, which may be wider."""
        rows = self._map.rows(width, height, self._scene.colors, is_ascii=self._scene.is_ascii)
        return rows or self._text.rows(width, height)


def _shades(pixels: Pixels) -> list[Row]:
    """Return letters that are the darker the more a pixel differs from the background, black if there is none."""
    if not pixels.size:
        return []
    ground = background(pixels)
    differences = contrast(pixels, np.zeros(3, np.uint8) if ground is None else ground)
    pairs = np.vstack([differences, differences[len(differences) - len(differences) % 2 :]])
    strongest = np.maximum(pairs[0::2], pairs[1::2])
    return [[("".join(_SHADES[shade] for shade in row), "text")] for row in _SHADE_OF[strongest].tolist()]


def _pack(pixels: Pixels) -> NDArray[np.int64]:
    wide = pixels.astype(np.int64)
    packed: NDArray[np.int64] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return packed


def _half_block_line(row: NDArray[np.int64]) -> Row:
    """Return the cells of one row, equal neighbours merged into one run.

    A cell is the colour of its upper pixel in the high bits, and 1 + that of the lower one in the low 25; 0 for none.
    """
    edges = np.flatnonzero(np.diff(row)) + 1
    starts = [0, *edges.tolist(), len(row)]
    line: Row = []
    for start, end in pairwise(starts):
        pair = int(row[start])
        is_flat = (pair >> 25) + 1 == pair & 0x1FFFFFF
        line.append(((" " if is_flat else "▀") * (end - start), _pair_style(pair)))
    return line


@lru_cache(maxsize=4096)
def _pair_style(pair: int) -> Style:
    lower = pair & 0x1FFFFFF
    return Style(color=_rgb(pair >> 25), bgcolor=_rgb(lower - 1) if lower else None)


def _rgb(value: int) -> Color:
    return Color.from_rgb(value >> 16 & 255, value >> 8 & 255, value & 255)
