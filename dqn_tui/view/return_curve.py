"""The return of a run over its steps, for a row of the list of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dqn_tui.view.bars import draw_bars


class ReturnCurve:
    """A few points of step and mean return: plain numbers, since a list of runs shows many curves at once.

    Args:
        points: pairs of step and mean return, with rising steps; both are finite.

    Attributes:
        last, minimum, maximum: of the mean returns; None without points.
    """

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        self._points = points
        means = [mean for _, mean in points]
        self.last = means[-1] if means else None
        self.minimum, self.maximum = min(means, default=None), max(means, default=None)
        self._is_binary = set(means) <= {0.0, 1.0}

    def draw(self, width: int, marker: str) -> str:
        """Return the curve as exactly `width` cells: in each the highest return, or in an empty one that before it.

        Where every return is 0 or 1, it is their mean, in the range from 0 to 1.
        """
        columns = self._columns(width)
        if not columns:
            return " " * width
        if self._is_binary:
            return draw_bars(_fill([sum(means) / len(means) if means else math.nan for means in columns]), 0, 1, marker)
        values = _fill([max(means, default=math.nan) for means in columns])
        return draw_bars(values, min(values), max(values), marker)

    def _columns(self, width: int) -> list[list[float]]:
        """Return the mean returns by columns of equal width."""
        if not self._points or width < 1:
            return []
        columns: list[list[float]] = [[] for _ in range(width)]
        first, last = self._points[0][0], self._points[-1][0]
        for step, mean in self._points:
            columns[min((step - first) * width // max(1, last - first), width - 1)].append(mean)
        return columns


def _fill(values: list[float]) -> list[float]:
    """Return the values with NaN replaced by the value before it; the first is none."""
    filled = values[:1]
    for value in values[1:]:
        filled.append(filled[-1] if math.isnan(value) else value)
    return filled
