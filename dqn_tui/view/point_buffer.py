"""New points of many series, held back until there are enough of them to be added at once."""

from __future__ import annotations

import numpy as np

from dqn_tui.view.series import Series


class PointBuffer:
    """Points that their series do not have yet, oldest first."""

    def __init__(self) -> None:
        self._held: dict[Series, tuple[list[float], list[float]]] = {}

    def add(self, series: Series, x: float, y: float) -> None:
        """Hold a point back."""
        held = self._held.get(series)
        if held is None:
            held = self._held[series] = ([], [])
        held[0].append(x)
        held[1].append(y)

    def flush(self) -> None:
        """Add all points to their series."""
        for series, (xs, ys) in self._held.items():
            series.extend(np.array(xs, np.float64), np.array(ys, np.float64))
        self._held.clear()
