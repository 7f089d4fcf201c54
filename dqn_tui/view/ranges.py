"""Which stretch of x and of y a chart shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dqn_tui.view.buckets import COUNT, MAXIMUM, MINIMUM, SUM, Buckets
from dqn_tui.view.layer import Layer
from dqn_tui.view.plot import Range
from dqn_tui.view.y_axis import YAxis, make_y_axis

Array = NDArray[np.float64]
# How many times wider than the bulk of the raw values a range may be before outliers are cut off at the edge.
_OUTLIER_RATIO = 25.0
# A first point this near to 0, as a share of x, lets the axis begin at 0.
_START_AT_ZERO = 0.2
# Ranges beyond would overflow on the way to a label.
_FARTHEST = 1e300


def find_x_range(layers: Sequence[Layer], wanted: Range | None) -> Range:
    """Return the wanted stretch of x if it is usable, else that of all layers."""
    if wanted is not None and _is_usable(*wanted):
        return wanted
    xs = [x for layer in layers for one in layer.series for x in (one.x_first, one.x_last) if x is not None]
    xs += [x for layer in layers for x, _ in layer.places]
    xs = [x for x in xs if abs(x) < _FARTHEST]
    start, end = min(xs, default=0.0), max(xs, default=1.0)
    if 0 < start <= end * _START_AT_ZERO:
        start = 0.0
    return (start, end) if _is_usable(start, end) else (start, start + max(1.0, abs(start) * 1e-6))


def make_axis(layers: Sequence[Layer], x_range: Range, wanted: Range | None, rows: int, is_log: bool) -> YAxis:
    """Return a y axis that holds the wanted range if it is usable, else what the layers show in that stretch of x."""
    if wanted is not None and _is_usable(*wanted) and not (is_log and wanted[0] <= 0):
        return make_y_axis(*wanted, rows, is_log=is_log, has_room=False)
    values = np.concatenate([_extremes(layer, x_range, is_log) for layer in layers] or [np.empty(0)])
    values = values[np.isfinite(values) & ((values > 0) | (not is_log))]
    if not len(values):
        return make_y_axis(0.0, 1.0, rows, is_log=is_log)
    has_room = all(layer.kind != "shares" for layer in layers)
    return make_y_axis(float(values.min()), float(values.max()), rows, is_log=is_log, has_room=has_room)


def _is_usable(start: float, end: float) -> bool:
    reach = max(abs(start), abs(end))
    return reach < _FARTHEST and max(1e-9 * reach, 1 / _FARTHEST) < end - start


def _extremes(layer: Layer, x_range: Range, is_log: bool) -> Array:
    """Return values whose range the y axis must hold."""
    if layer.kind == "shares":
        return np.array([0.0, 1.0])
    if layer.kind == "level":
        return np.array([layer.value])
    if layer.kind == "envelope":
        window = layer.series[0].window(*x_range)
        bounds = np.concatenate((window[MINIMUM], window[MAXIMUM]))
        return bounds if is_log else _without_outliers(bounds)
    inside = [y for x, y in layer.places if x_range[0] <= x <= x_range[1]]
    means = [_means(one, x_range) for one in layer.series]
    return np.concatenate([np.array(inside, dtype=np.float64), *means])


def _means(series: Buckets, x_range: Range) -> Array:
    """Return the mean of each bucket."""
    window = series.window(*x_range)
    means: Array = window[SUM] / window[COUNT]
    return means


def _without_outliers(values: Array) -> Array:
    """Leave out the outer percent at each side, but only where it would flatten all the rest to a line."""
    if len(values) < 200:
        return values
    ordered = np.sort(values)
    edge = len(values) // 100
    low, high = ordered[edge], ordered[-1 - edge]
    reach = (high - low) * _OUTLIER_RATIO
    kept: Array = ordered if reach == 0 or ordered[-1] - ordered[0] <= reach else ordered[edge:-edge]
    return kept
