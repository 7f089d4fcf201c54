"""Values over a plane of observation vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.catalog import find_family
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.geometry import PlaneAxis
from dqn_tui.value_pictures import Axis, PlaneValues, ValueQuery

Floats = NDArray[np.float32]

MOST_POINTS = 100
"""Points along an axis of a plane."""
_LARGEST_BOUND = 1e3
# Ranges that follow from what was seen reach beyond it by this share on either side.
_MARGIN = 0.05


class PlanePainter:
    """Values planes through the space of observation vectors, in the environment's units.

    Args:
        environment: its observations are a Box of one dimension, which is encoded entry by entry.
        config: the run's settings.
    """

    def __init__(self, environment: Environment, config: Config) -> None:
        encode = environment.make_codec().encode
        space: Any = environment.wrapped.observation_space
        size = environment.spec.spaces.vector_size
        self._offset = encode(np.zeros(size, space.dtype)).astype(np.float32)
        self._slope = encode(np.ones(size, space.dtype)).astype(np.float32) - self._offset
        self._bounds = np.stack((space.low, space.high)).astype(np.float64)
        self._names = environment.spec.observation_names
        family, spec = find_family(config.env), environment.wrapped.spec
        known = () if config.wrappers else family.measure_axes(environment.wrapped)
        self._known: tuple[PlaneAxis, ...] = known if len(known) == size else ()
        self._best = family.best_axes.get(spec.name if spec else "", (0, 1))
        self._axes: dict[int, Axis] = {}
        self._size = size

    def paint(
        self, network: QNetwork, query: ValueQuery, held: Floats, seen: NDArray[Any] | None, path: Floats
    ) -> PlaneValues:
        """Return the values over a plane.

        Args:
            network: values the observations.
            query: axes and points.
            held: the entries that span no axis, encoded, [D].
            seen: observations of the replay buffer [N, D]; None where there are none.
            path: observations of a greedy episode [T, D].
        """
        x, y = self.axes(query, path if seen is None or not len(seen) else seen)
        columns, rows = _points(query)
        q_values = network.q_values(self._observe(x, y, columns, rows, held))
        return PlaneValues(
            x,
            y,
            q_values.reshape(rows, columns, -1),
            entries=self._size,
            held="as in the episode" if query.is_held_at_moment else "at their mean",
            visits=None if seen is None else self._count_visits(x, y, columns, rows, seen),
            path=self._decode(path)[:, [x.index, y.index]],
        )

    def find(self, query: ValueQuery, cell: tuple[int, int], held: Floats, seen: NDArray[Any]) -> Floats:
        """Return the encoded observation at a point of the plane."""
        x, y = self.axes(query, seen)
        columns, rows = _points(query)
        place = min(cell[0], rows - 1) * columns + min(cell[1], columns - 1)
        return np.asarray(self._observe(x, y, columns, rows, held)[place])

    def locate(self, query: ValueQuery, observation: Floats, seen: NDArray[Any]) -> tuple[int, int]:
        """Return row and column of the point next to an encoded observation."""
        x, y = self.axes(query, seen)
        columns, rows = _points(query)
        raw = self._decode(observation[None])[0]
        column = _place(raw[[x.index]], x, columns)[0]
        row = rows - 1 - _place(raw[[y.index]], y, rows)[0]
        return int(np.clip(row, 0, rows - 1)), int(np.clip(column, 0, columns - 1))

    def describe(self, query: ValueQuery, observation: Floats, seen: NDArray[Any]) -> str:
        """Return the two coordinates of an encoded observation in words."""
        raw = self._decode(observation[None])[0]
        axes = self.axes(query, seen)
        return ", ".join(f"{axis.name} {raw[axis.index]:.3g}" for axis in axes)

    def axes(self, query: ValueQuery, seen: NDArray[Any]) -> tuple[Axis, Axis]:
        """Return the axes that are asked for; each keeps its range."""
        first, second = query.axes or self._best
        first, second = first % self._size, second % self._size
        if first == second:
            second = (second + 1) % self._size
        return self._axis(first, seen), self._axis(second, seen)

    def _axis(self, index: int, seen: NDArray[Any]) -> Axis:
        if index not in self._axes:
            self._axes[index] = self._measure(index, seen)
        return self._axes[index]

    def _measure(self, index: int, seen: NDArray[Any]) -> Axis:
        if self._known:
            known = self._known[index]
            return Axis(index, known.name, known.unit, known.low, known.high)
        name = self._names[index] if len(self._names) == self._size else f"entry {index}"
        low, high = self._bounds[:, index].tolist()
        if not (-_LARGEST_BOUND <= low < high <= _LARGEST_BOUND):
            values = self._decode(seen)[:, index]
            low, high = float(values.min()), float(values.max())
            low, high = low - _MARGIN * (high - low), high + _MARGIN * (high - low)
        return Axis(index, name, "", low, high if high > low else low + 1.0)

    def _observe(self, x: Axis, y: Axis, columns: int, rows: int, held: Floats) -> Floats:
        """Return the encoded observations of all points, float32 [rows * columns, D], the highest y first."""
        observations = np.repeat(held[None].astype(np.float32), rows * columns, axis=0)
        horizontal = np.tile(centres(x.low, x.high, columns), rows)
        vertical = np.repeat(centres(y.low, y.high, rows)[::-1], columns)
        for axis, values in ((x, horizontal), (y, vertical)):
            observations[:, axis.index] = self._offset[axis.index] + values * self._slope[axis.index]
        return observations

    def _decode(self, observations: NDArray[Any]) -> Floats:
        decoded: Floats = (observations - self._offset) / self._slope
        return decoded

    def _count_visits(self, x: Axis, y: Axis, columns: int, rows: int, seen: NDArray[Any]) -> Floats:
        raw = self._decode(seen)
        edges = np.linspace(y.low, y.high, rows + 1), np.linspace(x.low, x.high, columns + 1)
        counts, _, _ = np.histogram2d(raw[:, y.index], raw[:, x.index], bins=edges)
        shares: Floats = (counts[::-1] / max(1, len(seen))).astype(np.float32)
        return shares


def find_plane_painter(environment: Environment, config: Config) -> PlanePainter | None:
    """Return a painter for an environment whose observations are a vector of at least two numbers; None for others."""
    space, encoded = environment.wrapped.observation_space, environment.spec.spaces
    is_plain = not encoded.parts and len(encoded.observation_shape) == 1 and config.frame_stack == 1
    # Only a Box has bounds; other spaces are encoded as ones and zeros.
    if not is_plain or not hasattr(space, "low") or len(space.shape) != 1 or encoded.vector_size < 2:
        return None
    return PlanePainter(environment, config)


def centres(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return the middles of `count` equal parts of a range, ascending."""
    return low + (np.arange(count) + 0.5) * (high - low) / count


def _points(query: ValueQuery) -> tuple[int, int]:
    return max(2, min(query.columns, MOST_POINTS)), max(2, min(query.rows, MOST_POINTS))


def _place(values: Floats, axis: Axis, count: int) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.floor((values - axis.low) / (axis.high - axis.low) * count).astype(np.int64)
    return places
