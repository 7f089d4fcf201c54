"""The screen of a terminal as a picture."""

from __future__ import annotations

from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 9, 18, 15
FOREGROUND, BACKGROUND = "#d0d0d0", "#101010"
FONTS = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
# Dots of a braille cell in the order of its bits: column, row.
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))

Box = tuple[float, float, float, float]


def paint(screen: pyte.Screen, path: Path) -> None:
    """Write the screen as a PNG. Blocks and braille are drawn as shapes, so that they join as in a terminal.

    Raises:
        OSError: the DejaVu fonts are not installed.
    """
    fonts = [ImageFont.truetype(name, FONT_SIZE) for name in FONTS]
    image = Image.new("RGB", (screen.columns * CELL_WIDTH, screen.lines * CELL_HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for row in range(screen.lines):
        for column in range(screen.columns):
            _paint_cell(draw, screen.buffer[row][column], column * CELL_WIDTH, row * CELL_HEIGHT, fonts)
    image.quantize(128).save(path, optimize=True)


def _paint_cell(
    draw: ImageDraw.ImageDraw, cell: pyte.screens.Char, left: int, top: int, fonts: list[ImageFont.FreeTypeFont]
) -> None:
    foreground, background = _color(cell.fg, FOREGROUND), _color(cell.bg, BACKGROUND)
    if cell.reverse:
        foreground, background = background, foreground
    draw.rectangle((left, top, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1), fill=background)
    shapes = _shapes(ord(cell.data[0]) if cell.data else 32)
    for x0, y0, x1, y1 in shapes:
        draw.rectangle((left + x0, top + y0, left + x1 - 1, top + y1 - 1), fill=foreground)
    if not shapes and cell.data.strip():
        draw.text((left, top), cell.data, fill=foreground, font=fonts[cell.bold])


def _shapes(code: int) -> list[Box]:
    """Return the boxes of a block element or a braille pattern; none for other characters."""
    width, height = CELL_WIDTH, CELL_HEIGHT
    if 0x2800 < code <= 0x28FF:
        lit = [dot for bit, dot in enumerate(DOTS) if (code - 0x2800) >> bit & 1]
        return [(1 + 4 * x, 2 + 4 * y, 4 + 4 * x, 5 + 4 * y) for x, y in lit]
    if code == 0x2580:
        return [(0, 0, width, height // 2)]
    if 0x2581 <= code <= 0x2588:
        return [(0, height - height * (code - 0x2580) // 8, width, height)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, max(1, width * (0x2590 - code) // 8), height)]
    return []


def _color(name: str, default: str) -> str:
    return default if name == "default" else f"#{name}"
