"""Numbers in one row, each as a bar of one cell."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dqn_tui.view.text import ASCII

_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = ".:-=+*#%@"


def draw_bars(values: Iterable[float], low: float, high: float, marker: str) -> str:
    """Return a cell for each value, its bar from `low` to `high` high; half high where these are equal.

    NaN is a blank.
    """
    levels = _ASCII_LEVELS if marker == ASCII else _LEVELS
    most = len(levels) - 1
    # Halves, for a range may be wider than any float.
    span = high / 2 - low / 2

    def height(value: float) -> float:
        return (min(max(value, low), high) / 2 - low / 2) / span * most if span > 0 else most / 2

    return "".join(" " if math.isnan(value) else levels[round(height(value))] for value in values)
