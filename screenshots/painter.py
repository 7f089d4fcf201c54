"""The screen of a terminal as an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyte
from PIL import Image, ImageDraw, ImageFont
from pyte.screens import Char

FOREGROUND, BACKGROUND = "#d0d0d0", "#101010"
# pyte's names of the 16 colours that a terminal chooses itself.
NAMED = {
    "black": "#000000", "red": "#cd3131", "green": "#0dbc79", "brown": "#d7ba47", "blue": "#3b8eea",
    "magenta": "#bc3fbc", "cyan": "#11a8cd", "white": "#e5e5e5", "brightblack": "#767676", "brightred": "#f14c4c",
    "brightgreen": "#23d18b", "brightbrown": "#f5f543", "brightblue": "#6cb6ff", "brightmagenta": "#d670d6",
    "brightcyan": "#29b8db", "brightwhite": "#ffffff",
}  # fmt: skip
FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
ADVANCE = 0.602
"""Width of a character of these fonts, in font sizes."""

# Dots of a braille cell in the order of its bits: column, row.
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
# Quarters of the characters from U+2596 on: column, row.
_TOP_LEFT, _TOP_RIGHT, _LOW_LEFT, _LOW_RIGHT = (0, 0), (1, 0), (0, 1), (1, 1)
_QUARTERS = (
    (_LOW_LEFT,), (_LOW_RIGHT,), (_TOP_LEFT,), (_TOP_LEFT, _LOW_LEFT, _LOW_RIGHT), (_TOP_LEFT, _LOW_RIGHT),
    (_TOP_LEFT, _TOP_RIGHT, _LOW_LEFT), (_TOP_LEFT, _TOP_RIGHT, _LOW_RIGHT), (_TOP_RIGHT,), (_TOP_RIGHT, _LOW_LEFT),
    (_TOP_RIGHT, _LOW_LEFT, _LOW_RIGHT),
)  # fmt: skip

Cells = Sequence[Sequence[Char]]
Box = tuple[float, float, float, float]


def copy_cells(screen: pyte.Screen) -> Cells:
    """Return the rows of cells that are on the screen now."""
    return [[screen.buffer[row][column] for column in range(screen.columns)] for row in range(screen.lines)]


@dataclass(frozen=True)
class Painter:
    """Draws text in the DejaVu fonts, and blocks and braille as shapes, so that they join as in a terminal.

    Attributes:
        width, height: size of a cell in pixels; dots of braille are evenly spaced where 2 and 4 divide them.
        margin: pixels on each side, in the background of the first cell.
    """

    width: int = 10
    height: int = 20
    margin: int = 0

    def paint(self, cells: Cells) -> Image.Image:
        """Return an RGB image of the cells.

        Raises:
            OSError: the DejaVu fonts are not installed.
        """
        fonts = [ImageFont.truetype(name, self.width / ADVANCE) for name in FONTS]
        margin, size = self.margin, (len(cells[0]) * self.width, len(cells) * self.height)
        image = Image.new("RGB", (size[0] + 2 * margin, size[1] + 2 * margin), _color(cells[0][0].bg, BACKGROUND))
        draw = ImageDraw.Draw(image)
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                self._paint_cell(draw, cell, margin + column * self.width, margin + row * self.height, fonts)
        return image

    def _paint_cell(
        self, draw: ImageDraw.ImageDraw, cell: Char, left: int, top: int, fonts: Sequence[ImageFont.FreeTypeFont]
    ) -> None:
        foreground, background = _color(cell.fg, FOREGROUND), _color(cell.bg, BACKGROUND)
        if cell.reverse:
            foreground, background = background, foreground
        draw.rectangle((left, top, left + self.width - 1, top + self.height - 1), fill=background)
        shapes = self._shapes(ord(cell.data[0]) if cell.data else 32)
        for x0, y0, x1, y1 in shapes:
            draw.rectangle((left + x0, top + y0, left + x1 - 1, top + y1 - 1), fill=foreground)
        if not shapes and cell.data.strip():
            draw.text((left, top), cell.data, fill=foreground, font=fonts[cell.bold])

    def _shapes(self, code: int) -> list[Box]:
        """Return the boxes of a block element or a braille pattern; none for other characters."""
        width, height = self.width, self.height
        if 0x2800 < code <= 0x28FF:
            return [self._dot(*dot) for bit, dot in enumerate(_DOTS) if (code - 0x2800) >> bit & 1]
        if code == 0x2580:
            return [(0, 0, width, height // 2)]
        if 0x2581 <= code <= 0x2588:
            return [(0, height - height * (code - 0x2580) // 8, width, height)]
        if 0x2589 <= code <= 0x258F:
            return [(0, 0, max(1, width * (0x2590 - code) // 8), height)]
        if code == 0x2590:
            return [(width // 2, 0, width, height)]
        if 0x2596 <= code <= 0x259F:
            return [self._quarter(*quarter) for quarter in _QUARTERS[code - 0x2596]]
        return []

    def _dot(self, column: int, row: int) -> Box:
        spacing, margin = self.width / 2, self.width // 10
        left, top = round(column * spacing), round(row * self.height / 4)
        return (left + margin, top + margin, left + int(spacing) - 1, top + int(spacing) - 1)

    def _quarter(self, column: int, row: int) -> Box:
        width, height = self.width // 2, self.height // 2
        return (column * width, row * height, self.width if column else width, self.height if row else height)


def _color(name: str, default: str) -> str:
    return default if name == "default" else NAMED.get(name, f"#{name}")
