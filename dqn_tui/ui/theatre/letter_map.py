"""Maps of letters, as Gymnasium's toy text environments print them, drawn large: each letter becomes a tile.

Three kinds of maps are recognised: adjacent letters (FrozenLake), letters with blanks between them
(CliffWalking), and tiles between walls in a frame (Taxi).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.style import Style

from dqn_tui.ui.theatre.letters import BLUE, MAGENTA, Letter
from dqn_tui.ui.theatre.tiles import ground_style, tile_line
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row, Run

_FRAME = re.compile(r"\+-+\+")
_LAST_ACTION = re.compile(r"\s*\((.+)\)\s*")
_LARGEST = 40
_WIDEST_PITCH = 4


@dataclass(frozen=True)
class LetterMap:
    """A map of letters.

    Attributes:
        tiles: the letters, [row][column].
        walls: for each row of tiles, the characters left of each tile and right of the last: `|` is a wall. Empty
            for a map without walls.
        last_action: the action that the environment prints with the map; may be empty.
    """

    tiles: list[list[Letter]]
    walls: list[str]
    last_action: str = ""

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows of the largest drawing in `width` x `height` cells; (0, 0) if none fits."""
        tile_width, tile_height = self._tile_size(width, height)
        if not tile_height:
            return 0, 0
        columns, rows = len(self.tiles[0]), len(self.tiles)
        if self.walls:
            return columns * (tile_width + 1) + 1, rows * tile_height + 3
        return columns * tile_width, rows * tile_height + 1

    def rows(self, width: int, height: int, colors: Colors, *, is_ascii: bool) -> list[Row]:
        """Return the drawing, with a caption in its last row; empty if it does not fit."""
        tile_width, tile_height = self._tile_size(width, height)
        rows = [
            self._row(row, line, (tile_width, tile_height), colors, is_ascii=is_ascii)
            for row in range(len(self.tiles))
            for line in range(tile_height)
        ]
        if rows and self.walls:
            edge = "─" * (len(self.tiles[0]) * (tile_width + 1) - 1)
            rows = [[(f"┌{edge}┐", "strong")], *rows, [(f"└{edge}┘", "strong")]]
        return [*rows, [(self.caption, "muted")]] if rows else []

    @property
    def caption(self) -> str:
        """The meaning of the colours in words, and the last action."""
        parts = [f"last: {self.last_action.lower()}"] if self.last_action else []
        if self.walls:
            parts = [*self._journey(), *parts]
        return " · ".join(parts)

    def _journey(self) -> list[str]:
        """Return the places of Taxi's passenger and destination, which Taxi shows by colour only."""
        letters = {letter.hue: letter.char for line in self.tiles for letter in line}
        if MAGENTA not in letters:
            return []
        passenger = f"passenger {letters[BLUE]}" if BLUE in letters else "aboard,"
        return [f"{passenger} to {letters[MAGENTA]}"]

    def _tile_size(self, width: int, height: int) -> tuple[int, int]:
        columns, rows = len(self.tiles[0]), len(self.tiles)
        if self.walls:
            width, height = width - columns - 1, height - 2
        widest, highest = width // columns, (height - 1) // rows
        # A cell is about twice as high as wide; an odd width has a middle for the letter.
        tile_height = min(highest, max(1, widest // 2))
        tile_width = min(widest, 2 * tile_height + 1)
        return (tile_width, tile_height) if tile_width > 0 and tile_height > 0 else (0, 0)

    def _row(self, row: int, line: int, tile: tuple[int, int], colors: Colors, *, is_ascii: bool) -> Row:
        """Return line number `line` of a row of tiles."""
        runs: Row = []
        for column, letter in enumerate(self.tiles[row]):
            ground = ground_style(colors, letter, is_odd=bool((row + column) % 2), is_walled=bool(self.walls))
            if self.walls:
                runs.append(_wall(self.walls[row][column], ground, is_ascii=is_ascii))
            runs += tile_line(letter, line, tile, ground, colors, is_ascii=is_ascii)
        return [*runs, _wall(self.walls[row][-1], ground, is_ascii=is_ascii)] if self.walls else runs


def read_map(lines: list[list[Letter]]) -> LetterMap | None:
    """Return the map that a rendered text shows, or None where it shows no map."""
    texts = ["".join(letter.char for letter in line) for line in lines]
    actions = [match[1] for text in texts if (match := _LAST_ACTION.fullmatch(text))]
    kept = [place for place, text in enumerate(texts) if text.strip() and not _LAST_ACTION.fullmatch(text)]
    grid, rows = [lines[place] for place in kept], [texts[place] for place in kept]
    if len(rows) < 2 or len({len(text) for text in rows}) != 1 or not "".join(rows).isascii():
        return None
    last_action = actions[-1] if actions else ""
    if len(rows) > 2 and _FRAME.fullmatch(rows[0]) and _FRAME.fullmatch(rows[-1]) and len(rows[0]) % 2:
        tiles, walls = [line[1::2] for line in grid[1:-1]], [text[0::2] for text in rows[1:-1]]
        return _limited(LetterMap(tiles, walls, last_action))
    pitch = _pitch(rows)
    if not pitch:
        return None
    tiles = [line[: len(row.rstrip()) : pitch] for line, row in zip(grid, rows, strict=True)]
    return _limited(LetterMap(tiles, [], last_action))


def _wall(char: str, ground: Style, *, is_ascii: bool) -> Run:
    """Return a wall, or a passage in the colour of the tile beside it."""
    return (("|" if is_ascii else "┃"), "strong") if char == "|" else (" ", ground)


def _limited(found: LetterMap) -> LetterMap | None:
    return found if max(len(found.tiles), len(found.tiles[0])) <= _LARGEST else None


def _pitch(rows: list[str]) -> int:
    """Return the distance from one letter to the next, the same everywhere; 0 where there is none."""
    for pitch in range(1, _WIDEST_PITCH + 1):
        is_regular = all(
            (char != " ") == (place % pitch == 0) for text in rows for place, char in enumerate(text.rstrip())
        )
        if is_regular and len({len(text.rstrip()) for text in rows}) == 1 and len(rows[0]) > 1:
            return pitch
    return 0
