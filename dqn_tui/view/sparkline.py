"""A series in one row."""

from __future__ import annotations

import numpy as np

from dqn_tui.view.bars import draw_bars
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.x_scale import STEPS, XScale


def sparkline(
    series: Series,
    width: int,
    marker: str = "braille",
    y_range: tuple[float, float] | None = None,
    x_range: tuple[float, float] | None = None,
    x_scale: XScale = STEPS,
) -> str:
    """Return the highest value of each column as a bar, exactly `width` cells; empty columns repeat the last bar.

    Of a series of 0s and 1s it is the rate, in the range 0 to 1. Without `y_range` bars reach from the smallest to the
    largest value shown; a constant series is half high. `x_range` is on the axis of `x_scale`.
    """
    start, end = x_range or (series.x_first or 0.0, series.x_last or 0.0)
    if series.is_binary:
        rate = series.rate if isinstance(series, SmoothedSeries) else series
        values, y_range = x_scale.place_series(rate).columns(start, end, max(0, width)).mean, (0.0, 1.0)
    else:
        values = x_scale.place_series(series).columns(start, end, max(0, width)).maximum
    known = np.isfinite(values)
    if not known.any():
        return " " * width
    newest = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    filled = np.where(newest >= 0, values[newest], np.nan)
    if y_range is None or not np.isfinite(y_range).all():
        y_range = float(values[known].min()), float(values[known].max())
    return draw_bars(filled.tolist(), *y_range, marker)
