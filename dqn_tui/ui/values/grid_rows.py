"""A grid of values as rows: tiles shaded by value, with arrows of the greedy actions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from rich.style import Style
from textual.color import Color

from dqn_tui.ui.values.value_styles import on_shade, shade
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.value_pictures import GridValues
from dqn_tui.view.grids import (
    ARROWS,
    OPTIMUM,
    VISITS,
    TileSize,
    cell_number,
    cell_values,
    find_greedy,
    greedy_text,
    tile_size,
)
from dqn_tui.view.value_scale import GrowingRange

# Cells without a state, by their letter: colour of the tile.
_GROUNDS = {"#": "#3a3f4b", "H": "#12305e", "C": "#7a2331", "G": "#2f7d46", "L": "#b0491f", "D": "#6b5a2a"}
_PLAIN_GROUND = "#2a2d35"
_LEAST_ROSE = TileSize(15, 5)
_LEAST_FRAME = TileSize(5, 3)


class Tile(NamedTuple):
    """What one cell shows."""

    kind: str
    sign: str
    value: float
    q_values: dict[str, float]
    style: Style
    is_cursor: bool
    has_state: bool


class GridDrawing:
    """A grid in a given mode.

    Args:
        grid: the values.
        mode: one of `grids.grid_modes`.
        scale: range of the colours.
        cursor: row and column of the chosen cell.
    """

    def __init__(
        self,
        grid: GridValues,
        mode: str,
        scale: GrowingRange,
        cursor: tuple[int, int] | None,
        colors: Colors,
        *,
        is_ascii: bool,
    ) -> None:
        self._grid, self._mode, self._scale, self._cursor, self._is_ascii = grid, mode, scale, cursor, is_ascii
        self._q_values = grid.optimum if mode == OPTIMUM and grid.optimum is not None else grid.q_values
        self._greedy = find_greedy(self._q_values, grid.allowed)
        self._values = cell_values(grid, mode)
        self._shades = shade(self._values, scale, mode, colors)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the columns and rows that the drawing takes of `width` x `height` cells."""
        rows, columns = self._grid.is_state.shape
        tile = self._tile_size(width, height)
        return columns * tile.width + self._has_walls * (columns - 1), rows * tile.height

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the drawing; a line that says so where it does not fit."""
        tile = self._tile_size(width, height)
        if not tile.height:
            return [[("the grid needs more room: z", "muted")]]
        rows, columns = self._grid.is_state.shape
        lines: list[Row] = []
        for row in range(rows):
            cells = [self._describe(row, column) for column in range(columns)]
            for line in range(tile.height):
                runs: Row = []
                for column, cell in enumerate(cells):
                    runs.append(
                        (tile_text(cell, line, tile, self._scale.decimals, is_ascii=self._is_ascii), cell.style)
                    )
                    if self._has_walls and column < columns - 1:
                        runs.append(self._wall(row, column))
                lines.append(runs)
        return lines

    @property
    def _has_walls(self) -> bool:
        return self._grid.walls is not None

    def _tile_size(self, width: int, height: int) -> TileSize:
        rows, columns = self._grid.is_state.shape
        return tile_size(columns, rows, width, height, has_walls=self._has_walls)

    def _wall(self, row: int, column: int) -> tuple[str, str]:
        walls = self._grid.walls
        assert walls is not None
        return ("┃", "strong") if walls[row, column] else (" ", "text")

    def _describe(self, row: int, column: int) -> Tile:
        grid = self._grid
        kind = grid.kinds[row][column]
        is_cursor = self._cursor == (row, column)
        if not grid.is_state[row, column]:
            return Tile(kind, "", np.nan, {}, self._ground(kind), is_cursor, has_state=False)
        value = float(self._values[row, column])
        signs = dict(zip(grid.signs, self._q_values[row, column].tolist(), strict=True))
        shown = 100 * value if self._mode == VISITS else value
        sign = greedy_text(self._greedy[row, column], grid.signs)
        style = on_shade(self._shades[row, column])
        around = signs if self._mode not in (VISITS,) else {}
        return Tile(kind, sign, shown, around, style, is_cursor, has_state=True)

    def _ground(self, kind: str) -> Style:
        colour = Color.parse(_GROUNDS.get(kind, _PLAIN_GROUND))
        return Style(color=colour.get_contrast_text(1.0).rich_color, bgcolor=colour.rich_color, bold=True)


def tile_text(tile: Tile, line: int, size: TileSize, decimals: int, *, is_ascii: bool) -> str:
    """Return one line of a tile: letter of its kind, signs, number; the Q-values around them where there is room."""
    width, height = size
    middle = (height - 1) // 2
    if not tile.has_state:
        # In colour, a wall's own ground is enough.
        fill = "#" if tile.kind == "#" and is_ascii else " "
        text = (fill if tile.kind in "#." or line != middle else tile.kind).center(width, fill)
    elif height >= _LEAST_ROSE.height and width >= _LEAST_ROSE.width and set(ARROWS) <= set(tile.q_values):
        text = _rose_line(tile, line, size, decimals)
    else:
        text = _plain_line(tile, line, size, decimals)
    return _framed(text, tile, line, size)


def _plain_line(tile: Tile, line: int, size: TileSize, decimals: int) -> str:
    width, height = size
    letter = "" if tile.kind in ".#" else tile.kind
    inside = width - 2
    value = cell_number(tile.value, decimals, max(inside, 3) if height > 1 else inside - len(tile.sign) - 1)
    if height == 1:
        both = f"{tile.sign} {value}" if value else tile.sign
        return f"{letter}{both}"[:width].center(width) if len(both) < width else both[:width].center(width)
    sign_line, value_line = ((height - 2) // 2, (height - 2) // 2 + 1)
    text = tile.sign[:width].center(width) if line == sign_line else ""
    text = value.center(width) if line == value_line else text.ljust(width)
    if letter and line == 0 and text[:2].strip() == "":
        text = f" {letter}{text[2:]}"
    return text


def _rose_line(tile: Tile, line: int, size: TileSize, decimals: int) -> str:
    """Return a line of a tile that shows the Q-value of each direction at its edge."""
    width, height = size
    room = (width - 7) // 2
    number = {sign: cell_number(value, decimals, room) for sign, value in tile.q_values.items()}
    middle = height // 2
    if (line == 0 and height == _LEAST_ROSE.height) or (line == 1 and height > _LEAST_ROSE.height):
        text = number["↑"].center(width)
        letter = "" if tile.kind in ".#" else tile.kind
        return f"  {letter}{text[3:]}" if letter and not text[2:4].strip() else text
    if line == middle:
        return f"  {number['←']:<{room}}{tile.sign[:3]:^3}{number['→']:>{room}}  "[:width].ljust(width)
    if line == height - 1 - (height > _LEAST_ROSE.height):
        return number["↓"].center(width)
    return " " * width


def _framed(text: str, tile: Tile, line: int, size: TileSize) -> str:
    """Return the line with corners of a frame if the cursor is on the tile; brackets where that is too small."""
    width, height = size
    if not tile.is_cursor:
        return text
    if width < _LEAST_FRAME.width or height < _LEAST_FRAME.height:
        if width < 3:
            return text
        middle = (height - 2) // 2 if height > 1 else 0
        return f"[{text[1:-1]}]" if line == middle else text
    if line in (0, height - 1):
        left, right = ("┌─", "─┐") if line == 0 else ("└─", "─┘")
        keep = 1 if text[1:2].strip() or text[-2:-1].strip() else 2
        return f"{left[:keep]}{text[keep:-keep]}{right[-keep:]}"
    return f"│{text[1:-1]}│"
