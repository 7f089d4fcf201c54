"""A grid of characters on which layers are drawn over each other, and the text around the plot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.plot import Plot
from dqn_tui.view.raster import Glyphs
from dqn_tui.view.text import ASCII
from dqn_tui.view.x_axis import draw_x_axis, mark_start
from dqn_tui.view.x_unit import XUnit

AXIS, GRID, CROSSHAIR = "axis", "grid", "crosshair"
_PARTS = [ord(char) for char in "▁▂▃▄▅▆▇"]
OVER = "strong"
"""Role of what is drawn over an area that is filled with a colour."""


class Canvas:
    """A grid of code points and of the role in which each cell is drawn.

    Args:
        width, height: cells of the whole grid.
        left: cells left of the plot; those right of it hold the labels of layers.
    """

    def __init__(self, width: int, height: int, left: int, plot: Plot) -> None:
        self._glyphs: Glyphs = np.full((height, width), ord(" "), dtype=np.uint32)
        self._owners = np.zeros((height, width), dtype=np.uint16)
        self._roles = [AXIS]
        self._left, self._plot = left, plot
        area = np.s_[: plot.axis.rows, left : left + plot.width]
        self._area, self._area_owners = self._glyphs[area], self._owners[area]

    def draw_axes(self, unit: XUnit | None, crosshair: float | None = None) -> None:
        """Draw labels and ticks of the y axis, and the row of the x axis, on which the crosshair has a label.

        `unit` is what x counts; None for any number.
        """
        is_ascii = self._plot.marker == ASCII
        rows, left = self._plot.axis.rows, self._left
        if left and is_ascii:
            self._glyphs[:rows, left - 1] = ord("|")
        for row, label in zip(self._plot.axis.tick_rows, self._plot.axis.labels, strict=True):
            if left and row < len(self._glyphs):
                self._write(row, 0, label.rjust(left - 1) + ("+" if is_ascii else "┤"), AXIS)
        if len(self._glyphs) > rows:
            corner = ("+" if is_ascii else "└").rjust(left) if left else ""
            mark = self._mark(unit, crosshair)
            x_axis = draw_x_axis(
                *self._plot.x_range,
                self._plot.width,
                is_ascii,
                is_whole=unit is not None,
                is_time=unit is XUnit.SECOND,
                mark=mark,
            )
            self._write(rows, 0, corner + x_axis, AXIS)
            if mark and (start := mark_start(*mark, self._plot.width)) is not None:
                self._write(rows, left + start, mark[1], CROSSHAIR)

    def _mark(self, unit: XUnit | None, crosshair: float | None) -> tuple[int, str] | None:
        """Return the column of the crosshair, and its label; None where it is not in sight."""
        cell = None if crosshair is None else self._plot.cells.at(crosshair)
        return None if cell is None or crosshair is None or unit is None else (cell, unit.label(crosshair))

    def put(self, glyphs: Glyphs, role: str) -> None:
        """Draw over the cells of the plot in which `glyphs` `[rows, width]` is not 0."""
        drawn = glyphs > 0
        np.copyto(self._area, glyphs, where=drawn)
        self._area_owners[drawn] = self._owner(role)

    def put_over(self, glyphs: Glyphs, role: str, filled: Sequence[str]) -> None:
        """Draw over cells as `put` does, with the colour of those whose role is one of `filled` as the background.

        A cell that is filled in part remains, since it shows where an edge is. ASCII has no backgrounds; there every
        other row of filled cells remains.
        """
        drawn, below = (glyphs > 0) & ~np.isin(self._area, _PARTS), self._area_owners.copy()
        for owner in np.unique(below[drawn]).tolist():
            name = self._roles[owner].partition(" on ")[0]
            cells = np.where(drawn & (below == owner), glyphs, np.uint32(0))
            if name not in filled:
                self.put(cells, role)
            elif self._plot.marker == ASCII:
                cells[1::2] = 0
                self.put(cells, role)
            else:
                self.put(cells, f"{OVER} on {name}")

    def draw_labels(self, labels: Sequence[tuple[str, float, str]]) -> None:
        """Write labels (text, y, role) right of the plot at their y, the first with precedence.

        A label whose row is taken moves to the row above or below, on its side of the label that is there, or on the
        other side at an edge of the plot. It is left out if there is no room.
        """
        taken: dict[int, float] = {}
        for text, y, role in labels:
            dot_row = self._plot.dot_row(y)
            if dot_row is None:
                continue
            row = dot_row // self._plot.dots_down
            away = 1 if y <= taken.get(row, y) else -1
            if not 0 <= row + away < self._plot.axis.rows:
                away = -away
            place = row if row not in taken else row + away
            if place not in taken and 0 <= place < self._plot.axis.rows:
                taken[place] = y
                self._write(place, self._left + self._plot.width + 1, text, role)

    def _write(self, row: int, column: int, text: str, role: str) -> None:
        self._glyphs[row, column : column + len(text)] = [ord(char) for char in text]
        self._owners[row, column : column + len(text)] = self._owner(role)

    def _owner(self, role: str) -> int:
        if role not in self._roles:
            self._roles.append(role)
        return self._roles.index(role)

    def runs(self) -> list[list[tuple[str, str]]]:
        """Return rows as runs of (text, role); a blank joins the run before it unless that has a background."""
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
            rows.append(
                [(text[base + start : base + end], self._roles[owner_of[start]]) for start, end in pairwise(cuts)]
            )
        return rows

    def _forward_filled(self) -> NDArray[np.uint16]:
        """Return the owner of each cell, a blank taking that of the last character to its left."""
        columns = np.where(self._glyphs != ord(" "), np.arange(self._glyphs.shape[1]), 0)
        owners = np.take_along_axis(self._owners, np.maximum.accumulate(columns, axis=1), axis=1)
        has_background = np.array([" on " in role for role in self._roles])
        owners[has_background[owners] & (self._glyphs == ord(" "))] = 0
        return owners
