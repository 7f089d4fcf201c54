"""Where each step of a run is on an x axis that counts steps, seconds of work, episodes or updates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dqn_tui.view.buckets import X_FIRST, X_LAST, Array, Buckets
from dqn_tui.view.layer import Layer
from dqn_tui.view.x_unit import XUnit


@dataclass(frozen=True)
class XScale:
    """The axis of one run.

    Attributes:
        unit: what x counts.
        steps, values: knots of the map from steps to x, each rising; between them it is linear. None: x is the step.
    """

    unit: XUnit = XUnit.STEP
    steps: Array | None = None
    values: Array | None = None

    def at(self, steps: Array) -> Array:
        """Return the x of each step; beyond the newest knot that of the knot."""
        if self.steps is None or self.values is None:
            return steps
        return np.interp(steps, self.steps, self.values)

    def x_of(self, step: float) -> float:
        """Return the x of one step."""
        return float(self.at(np.array([float(step)]))[0])

    def step_of(self, x: float) -> float:
        """Return the step at an x."""
        if self.steps is None or self.values is None:
            return x
        return float(np.interp(x, self.values, self.steps))

    def place(self, layer: Layer) -> Layer:
        """Return a layer over steps as one over this axis; a scatter's x counts no steps and remains."""
        if self.steps is None or layer.kind == "scatter":
            return layer
        return layer.moved(self.place_series, self.x_of)

    def place_series(self, series: Buckets) -> Buckets:
        """Return a series over steps as one over this axis."""
        if self.steps is None:
            return series
        rows = series.rows().copy()
        rows[X_FIRST], rows[X_LAST] = self.at(rows[X_FIRST]), self.at(rows[X_LAST])
        return Buckets(rows)


STEPS = XScale()
