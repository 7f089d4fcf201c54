"""Values over a plane as what a drawing needs: numbers, pixels of a path, ticks."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.value_pictures import Axis, PlaneValues
from dqn_tui.view.tick_labels import format_ticks

Values = NDArray[np.floating[Any]]

VALUE, ACTION, GAP, VISITS = "value", "action", "gap", "visits"
_FACTORS = (1.0, 2.0, 5.0, 10.0)


def plane_modes(plane: PlaneValues) -> tuple[str, ...]:
    """Return what the points can show."""
    has_choice = plane.q_values.shape[-1] > 1
    known = {VALUE: True, ACTION: has_choice, GAP: has_choice, VISITS: plane.visits is not None}
    return tuple(mode for mode, is_there in known.items() if is_there)


def point_values(plane: PlaneValues, mode: str) -> Values:
    """Return the number of each point, [R, C]: the value, the greedy action, the gap, or the root of the visits."""
    if mode == ACTION:
        actions: Values = plane.q_values.argmax(axis=-1).astype(np.float64)
        return actions
    if mode == GAP:
        ordered = np.sort(plane.q_values, axis=-1)
        gaps: Values = ordered[..., -1] - ordered[..., -2]
        return gaps
    if mode == VISITS and plane.visits is not None:
        # Most points are visited rarely, a few very often.
        return np.sqrt(plane.visits)
    values: Values = plane.q_values.max(axis=-1)
    return values


def path_points(plane: PlaneValues, rows: int, columns: int) -> NDArray[np.int64]:
    """Return row and column of each step of the path that is in sight, int64 [N, 2], the first step first."""
    x, y = _places(plane.path[:, 0], plane.x, columns), rows - 1 - _places(plane.path[:, 1], plane.y, rows)
    is_inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    return np.stack((y[is_inside], x[is_inside]), axis=1)


def joined(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the points with those between neighbours filled in along straight lines."""
    if len(points) < 2:
        return points
    parts = [points[:1]]
    for start, end in pairwise(points):
        count = int(np.abs(end - start).max())
        shares = np.arange(1, count + 1)[:, None] / max(1, count)
        parts.append(np.rint(start + (end - start) * shares).astype(np.int64))
    return np.concatenate(parts)


def axis_ticks(axis: Axis, most: int) -> list[tuple[float, str]]:
    """Return at most `most` round values in the axis' range, each with its label."""
    span = axis.high - axis.low
    if most < 1 or not span > 0:
        return []
    power = 10.0 ** math.floor(math.log10(span / most))
    steps = (factor * power for factor in (*_FACTORS, 20.0, 50.0))
    for step in steps:
        first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
        if last - first + 1 <= most:
            values = [number * step for number in range(first, last + 1)]
            return list(zip(values, format_ticks(values, step), strict=True))
    return []


def tick_place(axis: Axis, value: float, count: int) -> int:
    """Return which of `count` equal parts of the axis a value lies in; its ends lie in the outermost ones."""
    place = math.floor((value - axis.low) / (axis.high - axis.low) * count)
    return min(max(place, 0), count - 1)


def _places(values: Values, axis: Axis, count: int) -> NDArray[np.int64]:
    shares = (np.asarray(values, np.float64) - axis.low) / (axis.high - axis.low)
    return np.floor(np.clip(shares, -1.0, 2.0) * count).astype(np.int64)
