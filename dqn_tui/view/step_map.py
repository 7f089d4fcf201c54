"""What grows with the steps of a run, such as seconds of work, in bounded memory."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np

from dqn_tui.view.buckets import Array
from dqn_tui.view.x_scale import XScale
from dqn_tui.view.x_unit import XUnit


class StepMap:
    """A map from steps to a value that never falls; 0 at step 0, and linear between knots.

    Knots are `spacing` steps apart or more, which doubles when there are `capacity` of them; the newest is exact.

    Raises:
        ValueError: `capacity` is below 4.
    """

    def __init__(self, capacity: int = 512) -> None:
        if capacity < 4:
            raise ValueError(f"capacity must be >= 4, got {capacity}")
        self.capacity = capacity
        self.spacing = 1.0
        self._steps, self._values = [0.0], [0.0]
        self._knots: tuple[Array, Array] | None = None

    def append(self, step: float, value: float) -> None:
        """Add a point. A step before the newest is ignored; a value below the newest counts as the newest."""
        steps, values = self._steps, self._values
        if not (steps[-1] <= step < math.inf and math.isfinite(value)):
            return
        self._knots = None
        value = max(value, values[-1])
        if len(steps) > 1 and (step == steps[-1] or steps[-1] - steps[-2] < self.spacing):
            steps[-1], values[-1] = float(step), value
        elif step > steps[-1]:
            steps.append(float(step))
            values.append(value)
            if len(steps) > self.capacity:
                self._thin()

    def _thin(self) -> None:
        """Double the spacing until a quarter of the knots are gone."""
        chosen = list(range(len(self._steps)))
        while len(chosen) > self.capacity * 3 // 4:
            self.spacing *= 2
            chosen = self._apart()
        self._steps = [self._steps[index] for index in chosen]
        self._values = [self._values[index] for index in chosen]

    def _apart(self) -> list[int]:
        """Return the first and the last knot, and those between that are far enough from each other."""
        chosen, newest = [0], len(self._steps) - 1
        for index in range(1, newest):
            if self._steps[index] - self._steps[chosen[-1]] >= self.spacing:
                chosen.append(index)
        return [*chosen, newest]

    def forget_after(self, step: float) -> None:
        """Drop everything after a step, at which the map keeps its value."""
        if step >= self._steps[-1]:
            return
        value = self.scale(XUnit.STEP).x_of(step)
        count = max(1, bisect_right(self._steps, step))
        self._knots = None
        del self._steps[count:], self._values[count:]
        self.append(step, value)

    def scale(self, unit: XUnit) -> XScale:
        """Return the axis on which each step is at its value."""
        if self._knots is None:
            self._knots = np.array(self._steps), np.array(self._values)
        return XScale(unit, *self._knots)
