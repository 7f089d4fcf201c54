"""A plane of values as rows: two points in each cell, with axes, and the path of an episode over it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from dqn_tui.ui.values.value_styles import shade
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row, centre
from dqn_tui.value_pictures import Axis, PlaneValues
from dqn_tui.view.planes import ACTION, axis_ticks, joined, path_points, point_values, tick_place
from dqn_tui.view.value_scale import SHADES, GrowingRange, Pixels, is_dark

# Hues that people with any colour vision can tell apart (Okabe & Ito 2008), dark enough for white letters.
_HUES = ("#2f6f9f", "#b9770e", "#0f7a5c", "#a0497a", "#8a8420", "#a84a10", "#4b3f9f", "#7a7a7a")
_PATH, _PATH_END = np.array((255, 255, 255), np.uint8), np.array((255, 70, 70), np.uint8)
_GUTTER = 7
_ROWS_BELOW = 2
_COLUMNS_PER_TICK, _ROWS_PER_TICK = 12, 5
_LETTER_COLUMNS, _LETTER_ROWS = 6, 2


def map_size(width: int, height: int) -> tuple[int, int]:
    """Return the columns and rows of cells that the map itself has in a drawing of `width` x `height` cells."""
    return max(2, width - _GUTTER - 1), max(1, height - _ROWS_BELOW)


class PlaneDrawing:
    """A plane in a given mode.

    Args:
        plane: the values, with two points for each cell, one above the other.
        mode: one of `planes.plane_modes`.
        scale: range of the colours.
        cursor: row and column of the chosen point.
        letters: a letter for each action.
    """

    def __init__(
        self,
        plane: PlaneValues,
        mode: str,
        scale: GrowingRange,
        cursor: tuple[int, int] | None,
        letters: Sequence[str],
        colors: Colors,
        *,
        is_ascii: bool,
    ) -> None:
        self._plane, self._mode, self._scale, self._cursor = plane, mode, scale, cursor
        self._letters, self._colors, self._is_ascii = letters, colors, is_ascii
        self._values = point_values(plane, mode)

    def rows(self, width: int, height: int) -> list[Row]:
        """Return the drawing in `width` x `height` cells."""
        columns, rows = map_size(width, height)
        pixels = self._pixels()
        rows, columns = min(rows, len(pixels) // 2), min(columns, pixels.shape[1])
        labels = self._y_labels(rows)
        cells = [[(labels[row], "axis"), *self._line(pixels, row, columns)] for row in range(rows)]
        return [*cells, *self._x_labels(columns)]

    def legend(self, names: Sequence[str]) -> Row:
        """Return the colour and the letter of each action."""
        row: Row = []
        for action, name in enumerate(names):
            red, green, blue = (int(channel) for channel in _hue(action))
            row += [(f" {self._letters[action]} ", _pair(red << 16 | green << 8 | blue, None)), (f" {name}  ", "text")]
        return row

    # --- the map ---

    def _pixels(self) -> Pixels:
        if self._mode == ACTION:
            hues = np.stack([_hue(action) for action in range(self._plane.q_values.shape[-1])])
            pixels: Pixels = hues[self._values.astype(np.int64)]
        else:
            pixels = shade(self._values, self._scale, self._mode, self._colors).copy()
        path = path_points(self._plane, *self._values.shape)
        if len(path):
            line = joined(path)
            pixels[line[:, 0], line[:, 1]] = _PATH
            pixels[tuple(path[-1])] = _PATH_END
        return pixels

    def _line(self, pixels: Pixels, row: int, columns: int) -> Row:
        upper, lower = _pack(pixels[2 * row, :columns]), _pack(pixels[2 * row + 1, :columns])
        signs = self._signs(row, columns)
        cells = zip(signs, upper.tolist(), lower.tolist(), strict=True)
        runs: Row = []
        for (sign, above, below), group in groupby(cells):
            count = len(list(group))
            if sign:
                runs.append((sign * count, _pair(above, None)))
            else:
                runs.append(((" " if above == below else "▀") * count, _pair(below, above)))
        return runs

    def _signs(self, row: int, columns: int) -> list[str]:
        """Return the character of each cell that is not a half block; empty for those that are."""
        signs = [""] * columns
        above = self._values[2 * row, :columns]
        if self._mode == ACTION:
            letters = [self._letters[int(action)] for action in above]
            step = 1 if self._is_ascii else _LETTER_COLUMNS
            first = 0 if self._is_ascii else _LETTER_COLUMNS // 2
            same = above == self._values[2 * row + 1, :columns]
            if self._is_ascii or row % _LETTER_ROWS == 0:
                signs[first::step] = [
                    letter if is_same or self._is_ascii else ""
                    for letter, is_same in zip(letters[first::step], same[first::step], strict=True)
                ]
        elif self._is_ascii:
            shares = np.nan_to_num(self._scale.shares(above))
            signs = [SHADES[int(share * (len(SHADES) - 1))] for share in shares]
        if self._is_ascii:
            for place in joined(path_points(self._plane, *self._values.shape)).tolist():
                if place[0] // 2 == row:
                    signs[place[1]] = "o"
        if self._cursor is not None and self._cursor[0] // 2 == row and self._cursor[1] < columns:
            signs[self._cursor[1]] = "┼"
        return signs

    # --- the axes ---

    def _y_labels(self, rows: int) -> list[str]:
        axis = self._plane.y
        labels = [" " * _GUTTER + "│"] * rows
        for value, label in axis_ticks(axis, max(2, rows // _ROWS_PER_TICK)):
            row = rows - 1 - tick_place(axis, value, rows)
            labels[row] = f"{label:>{_GUTTER}}┤"
        if len(axis.name) <= _GUTTER:
            labels[0] = f"{axis.name:>{_GUTTER}}│"
        return labels

    def _x_labels(self, columns: int) -> list[Row]:
        axis = self._plane.x
        cells, line = [" "] * (columns + _GUTTER + 1), ["─"] * columns
        for value, label in axis_ticks(axis, max(2, columns // _COLUMNS_PER_TICK)):
            column = tick_place(axis, value, columns)
            line[column] = "┬"
            start = min(max(0, _GUTTER + 1 + column - len(label) // 2), len(cells) - len(label))
            if all(cell == " " for cell in cells[max(0, start - 1) : start + len(label) + 1]):
                cells[start : start + len(label)] = label
        name = f"→ {_title(axis)}   ↑ {_title(self._plane.y)}"
        rows: list[Row] = [[("".join(cells), "axis")]]
        if _ROWS_BELOW > 1:
            rows.append(centre([(" " * (_GUTTER + 1), "text"), (name, "axis")], columns + _GUTTER + 1))
        return rows


def _title(axis: Axis) -> str:
    return f"{axis.name} {axis.unit}".rstrip()


def action_letters(names: Sequence[str], count: int) -> list[str]:
    """Return a letter of its own for each action: of its name where it is free, else its number."""
    letters: list[str] = []
    for action in range(count):
        name = names[action] if len(names) == count else ""
        choices = [*(char.upper() for char in name if char.isascii() and char.isalnum()), str(action)[-1], "?"]
        letters.append(next((char for char in choices if char not in letters), "?"))
    return letters


@lru_cache(maxsize=64)
def _hue(action: int) -> NDArray[np.uint8]:
    text = _HUES[action % len(_HUES)]
    return np.array([int(text[place : place + 2], 16) for place in (1, 3, 5)], np.uint8)


def _pack(pixels: Pixels) -> NDArray[np.int64]:
    wide = pixels.astype(np.int64)
    packed: NDArray[np.int64] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return packed


@lru_cache(maxsize=8192)
def _pair(ground: int, ink: int | None) -> Style:
    """Return the style of ink on a ground; without ink, of a letter that can be read on it."""
    background = Color.from_rgb(ground >> 16, ground >> 8 & 255, ground & 255)
    if ink is None:
        channels = np.array((ground >> 16, ground >> 8 & 255, ground & 255), np.uint8)
        return Style(color="#ffffff" if is_dark(channels) else "#101418", bgcolor=background, bold=True)
    return Style(color=Color.from_rgb(ink >> 16, ink >> 8 & 255, ink & 255), bgcolor=background)
