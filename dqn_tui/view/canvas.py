"""A grid of characters that layers are drawn on, each over what is there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.axis import YAxis, draw_x_axis
from dqn_tui.view.layer import Layer, Points
from dqn_tui.view.raster import DOTS, Glyphs, bridge, fill, to_glyphs, to_rows
from dqn_tui.view.series import Series
from dqn_tui.view.text import ASCII

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Range = tuple[float, float]


class Canvas:
    """A grid of code points and of the layer that each cell belongs to (0: the axes)."""

    def __init__(
        self, width: int, height: int, left: int, plot_height: int, marker: str, x_range: Range, axis: YAxis
    ) -> None:
        self._glyphs: Glyphs = np.full((height, width), ord(" "), dtype=np.uint32)
        self._owners = np.zeros((height, width), dtype=np.uint8)
        self._left = left
        self._marker = marker if marker in DOTS else ASCII
        self._x_range = x_range
        self._axis = axis
        self._plot = self._glyphs[:plot_height, left:]
        self._plot_owners = self._owners[:plot_height, left:]

    def draw_y_axis(self) -> None:
        """Labels with their ticks, and the bottom row."""
        is_ascii = self._marker == ASCII
        height, left = self._plot.shape[0], self._left
        if left and is_ascii:
            self._glyphs[:height, left - 1] = ord("|")
        if left and height:
            rows = self._rows_of(np.array(self._axis.ticks)).tolist()
            for row, label in zip(rows, self._axis.labels, strict=True):
                self._write(row, label.rjust(left - 1) + ("+" if is_ascii else "┤"))
        if self._glyphs.shape[0] > height:
            corner = ("+" if is_ascii else "└").rjust(left) if left else ""
            self._write(height, corner + draw_x_axis(*self._x_range, self._plot.shape[1], is_ascii))

    def _write(self, row: int, text: str) -> None:
        self._glyphs[row, : len(text)] = [ord(char) for char in text]

    def draw(self, layer: Layer, number: int, line_char: str) -> None:
        """Draw one layer over what is there."""
        if not self._plot.size:
            return
        owner = min(number, 255)
        if isinstance(layer.data, Series):
            self._put(self._trace(layer.data, layer.kind == "line", line_char), owner)
        elif isinstance(layer.data, Sequence):
            self._put_points(layer.data, owner)
        elif layer.kind == "cursor":
            self._put_cursor(layer.data, owner)
        else:
            self._put_level(layer.data, owner)

    def _trace(self, series: Series, is_line: bool, line_char: str) -> Glyphs:
        """A series as glyphs, 0 where it is not."""
        per_column, per_row = DOTS[self._marker]
        height, width = self._plot.shape
        columns = series.columns(*self._x_range, width * per_column)
        rows = height * per_row
        tops, bottoms = (columns.mean, columns.mean) if is_line else (columns.maximum, columns.minimum)
        upper = to_rows(self._axis.fraction(tops), rows)
        lower = to_rows(self._axis.fraction(bottoms), rows)
        lower = np.where(np.isnan(lower), upper, lower)
        is_empty = columns.count == 0
        upper, lower = bridge(upper, is_empty), bridge(lower, is_empty)
        return to_glyphs(fill(upper, lower, rows), self._marker, line_char if is_line else ".")

    def _put(self, glyphs: Glyphs, owner: int) -> None:
        drawn = glyphs > 0
        np.copyto(self._plot, glyphs, where=drawn)
        self._plot_owners[drawn] = owner

    def _put_points(self, points: Points, owner: int) -> None:
        if points:
            places = np.array(points, dtype=np.float64)
            columns, rows = self._columns_of(places[:, 0]), self._rows_of(places[:, 1])
            cells = rows[seen := (columns >= 0) & (rows >= 0)], columns[seen]
            self._plot[cells] = ord("o" if self._marker == ASCII else "◆")
            self._plot_owners[cells] = owner

    def _put_level(self, y: float, owner: int) -> None:
        row = self._rows_of(np.array([y]))[0]
        if row >= 0:
            self._plot[row] = ord("-" if self._marker == ASCII else "╌")
            self._plot_owners[row] = owner

    def _put_cursor(self, x: float, owner: int) -> None:
        column = self._columns_of(np.array([x]))[0]
        if column >= 0:
            self._plot[:, column] = ord("|" if self._marker == ASCII else "│")
            self._plot_owners[:, column] = owner

    def _rows_of(self, y: Array) -> Places:
        """The rows of cells at heights; -1 where there is none."""
        fraction = self._axis.fraction(y)
        per_row = DOTS[self._marker][1]
        rows = to_rows(fraction, self._plot.shape[0] * per_row) // per_row
        return np.where((fraction >= -1e-6) & (fraction <= 1 + 1e-6), rows, -1).astype(np.intp)

    def _columns_of(self, x: Array) -> Places:
        """The columns of cells at x; -1 where there is none."""
        start, end = self._x_range
        width = self._plot.shape[1]
        is_inside = (x >= start) & (x <= end)
        columns = (np.where(is_inside, x, start) - start) / (end - start) * width
        return np.where(is_inside, np.minimum(columns, width - 1), -1).astype(np.intp)

    def runs(self, roles: list[str]) -> list[list[tuple[str, str]]]:
        """Rows as runs of one role; a blank joins the run before it, since nobody sees its colour."""
        height, width = self._glyphs.shape
        if not width:
            return [[] for _ in range(height)]
        owners = self._forward_filled()
        text = self._glyphs.tobytes().decode("utf-32-le")
        breaks = owners[:, 1:] != owners[:, :-1]
        rows = []
        for row in range(height):
            base = row * width
            cuts = [0, *(np.flatnonzero(breaks[row]) + 1).tolist(), width]
            owner_of = owners[row].tolist()
            rows.append([(text[base + start : base + end], roles[owner_of[start]]) for start, end in pairwise(cuts)])
        return rows

    def _forward_filled(self) -> NDArray[np.uint8]:
        """The owner of each cell, blanks taking that of the last sign to their left."""
        columns = np.where(self._glyphs != ord(" "), np.arange(self._glyphs.shape[1]), 0)
        return np.take_along_axis(self._owners, np.maximum.accumulate(columns, axis=1), axis=1)
