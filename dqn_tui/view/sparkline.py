"""A series in one row."""

from __future__ import annotations

import numpy as np

from dqn_tui.view.series import Series
from dqn_tui.view.text import ASCII

_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = ".:-=+*#%@"


def sparkline(
    series: Series,
    width: int,
    marker: str = "braille",
    y_range: tuple[float, float] | None = None,
    x_range: tuple[float, float] | None = None,
) -> str:
    """The highest value of each column as a bar, exactly `width` cells; empty columns repeat the last bar.

    Without `y_range` bars reach from the least to the greatest value shown; a constant series is half high.
    """
    levels = _ASCII_LEVELS if marker == ASCII else _LEVELS
    start, end = x_range or (series.x_first or 0.0, series.x_last or 0.0)
    values = series.columns(start, end, max(0, width)).maximum
    known = np.isfinite(values)
    if not known.any():
        return " " * width
    newest = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    filled = np.where(newest >= 0, values[newest], np.nan)
    if y_range is None or not np.isfinite(y_range).all():
        y_range = float(values[known].min()), float(values[known].max())
    low, high = y_range
    if high / 2 > low / 2:
        height = (np.clip(filled, low, high) / 2 - low / 2) / (high / 2 - low / 2) * (len(levels) - 1)
    else:
        height = np.where(newest >= 0, len(levels) // 2 - 0.5, np.nan)
    return "".join(" " if np.isnan(value) else levels[round(value)] for value in height.tolist())
