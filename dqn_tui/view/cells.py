"""Columns of cells along x: which of them holds an x, and which x each shows."""

from __future__ import annotations

import math
from typing import NamedTuple


class Cells(NamedTuple):
    """A stretch of x cut into equal columns.

    Attributes:
        start, end: x of the left and of the right edge; `start` < `end`.
        columns: number of columns.
    """

    start: float
    end: float
    columns: int

    def at(self, x: float) -> int | None:
        """Return the column that holds an x; None outside. The right edge belongs to the last column."""
        if not (self.start <= x <= self.end and self.columns):
            return None
        return min(self.columns - 1, math.floor((x - self.start) / (self.end - self.start) * self.columns))

    def middle(self, column: int) -> float:
        """Return x in the middle of a column, also of one beyond the edges."""
        return self.start + (column + 0.5) / self.columns * (self.end - self.start)

    @property
    def width(self) -> float:
        """How much of x one column shows."""
        return (self.end - self.start) / max(1, self.columns)
