"""The geometry of a plot: which cell, and which dot of it, shows a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import Buckets, Columns
from dqn_tui.view.cells import Cells
from dqn_tui.view.raster import DOTS
from dqn_tui.view.y_axis import YAxis

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Range = tuple[float, float]


@dataclass(frozen=True)
class Plot:
    """The area inside the axes.

    Attributes:
        width: columns of cells; there are `axis.rows` rows of them.
        marker: braille, block or ascii.
        x_range: x of the left and of the right edge.
        axis: the vertical axis.
        thickness: dots of a line.
    """

    width: int
    marker: str
    x_range: Range
    axis: YAxis
    thickness: int = 1

    @property
    def dots_across(self) -> int:
        """Columns of dots in a cell."""
        return DOTS[self.marker][0]

    @property
    def dots_down(self) -> int:
        """Rows of dots in a cell."""
        return DOTS[self.marker][1]

    @property
    def cells(self) -> Cells:
        """Its columns of cells along x."""
        return Cells(*self.x_range, self.width)

    @property
    def dot_rows(self) -> int:
        """Rows of dots in the plot."""
        return self.axis.rows * self.dots_down

    def columns(self, series: Buckets) -> Columns:
        """Summarise a series in one column for each column of dots."""
        return series.columns(*self.x_range, self.width * self.dots_across)

    def clipped_rows(self, values: Array) -> Array:
        """Return the dot row of each value, from the top; of values beyond an edge that edge. NaN stays NaN."""
        result: Array = np.clip(self.axis.dot_rows(values, self.dots_down), 0, self.dot_rows - 1)
        return result

    def dot_row(self, value: float) -> int | None:
        """Return the dot row of a value; None outside the plot."""
        row = float(self.axis.dot_rows(np.array([value]), self.dots_down)[0])
        return int(row) if 0 <= row < self.dot_rows else None

    def dot_columns(self, x: Array) -> Places:
        """Return the column of dots of each x, -1 outside the plot."""
        start, end = self.x_range
        width = self.width * self.dots_across
        is_inside = (x >= start) & (x <= end)
        columns = (np.where(is_inside, x, start) - start) / (end - start) * width
        return np.where(is_inside, np.minimum(columns, width - 1), -1).astype(np.intp)

    def inside(self, places: Array) -> tuple[Places, Places]:
        """Return rows and columns of dots of those points `[n, 2]` (x, y) that are in the plot."""
        columns, rows = self.dot_columns(places[:, 0]), self.axis.dot_rows(places[:, 1], self.dots_down)
        seen = (columns >= 0) & (rows >= 0) & (rows < self.dot_rows)
        return rows[seen].astype(np.intp), columns[seen]
