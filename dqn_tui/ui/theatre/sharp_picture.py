"""Pixels in the terminal's own graphics: blank cells that the picture is drawn over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.halfblock import fit_picture

Pixels = NDArray[np.uint8]

# From here on, pixels are squares of one size; below, that would leave much of the room unused.
_LEAST_WHOLE_FACTOR = 4


class BelowPicture(Style):
    """The style of the blank cells in one row below a picture; the panel finds the picture by it.

    Attributes:
        picture: the picture.
        row: number of the row, from 0.
    """

    picture: SharpPicture
    row: int


class SharpPicture:
    """Pixels that fill a space as far as their proportions allow.

    Attributes:
        pixels: uint8 RGB `[H, W, 3]`, to be stretched to `size` if they have another one.
        size: width and height in pixels of the screen.
        cells: columns and rows.
    """

    def __init__(self, pixels: Pixels, size: tuple[int, int], cells: tuple[int, int]) -> None:
        self.pixels, self.size, self.cells = pixels, size, cells


class SharpDrawing:
    """Pixels in the terminal's own graphics.

    Small pictures grow by whole numbers, so that their pixels stay squares of one size.

    Args:
        pixels: uint8 `[H, W, 3]`, or with a fourth channel, which is ignored.
        cell: width and height of a cell in pixels.
        blank: style of the blank cells.
    """

    def __init__(self, pixels: Pixels, cell: tuple[int, int], blank: Style) -> None:
        self._pixels, self._cell, self._blank = pixels[..., :3], cell, blank

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows."""
        wide, tall = self._scaled(width, height)
        return -(-wide // self._cell[0]), -(-tall // self._cell[1])

    def rows(self, width: int, height: int) -> list[Row]:
        """Return blank rows."""
        columns, rows = self.size(width, height)
        if not columns or not rows:
            return []
        size = self._scaled(width, height)
        picture = SharpPicture(self._prepared(*size), size, (columns, rows))
        return [[(" " * columns, self._below(picture, row))] for row in range(rows)]

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the picture in pixels of the screen; (0, 0) for nothing."""
        tall, wide = self._pixels.shape[:2]
        if min(tall, wide, width, height) < 1:
            return 0, 0
        scale = min(width * self._cell[0] / wide, height * self._cell[1] / tall)
        if scale >= _LEAST_WHOLE_FACTOR:
            scale = int(scale)
        return max(1, int(wide * scale)), max(1, int(tall * scale))

    def _prepared(self, wide: int, tall: int) -> Pixels:
        """Return the pixels that are sent: as they are where the terminal stretches them."""
        own_tall, own_wide = self._pixels.shape[:2]
        if own_wide < wide < _LEAST_WHOLE_FACTOR * own_wide or own_tall < tall < _LEAST_WHOLE_FACTOR * own_tall:
            return np.ascontiguousarray(self._pixels)
        return fit_picture(self._pixels, wide, tall)

    def _below(self, picture: SharpPicture, row: int) -> BelowPicture:
        style = BelowPicture(color=self._blank.color, bgcolor=self._blank.bgcolor)
        style.picture, style.row = picture, row
        return style
