"""What the x axis counts: steps, seconds of work, episodes or updates, and where each step is on it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from dqn_tui.view.buckets import X_FIRST, X_LAST, Array, Buckets
from dqn_tui.view.layer import Layer
from dqn_tui.view.text import duration, short_number


class XUnit(enum.StrEnum):
    """The unit of the x axis; the value is its name for the user."""

    STEP = "steps"
    SECOND = "time"
    EPISODE = "episodes"
    UPDATE = "updates"

    @property
    def about(self) -> str:
        """The unit in words."""
        return {"time": "seconds of work, without pauses", "steps": "environment steps"}.get(self.value, self.value)

    @property
    def following(self) -> XUnit:
        """The next unit, after the last the first."""
        units = list(XUnit)
        return units[(units.index(self) + 1) % len(units)]

    def label(self, x: float) -> str:
        """Return a place on the axis in short: `"12.3k"`, `"01:14"`, `"ep 312"`, `"upd 4k"`."""
        if self is XUnit.SECOND:
            return duration(x)
        if self is XUnit.STEP:
            return short_number(round(x))
        return f"{'ep' if self is XUnit.EPISODE else 'upd'} {short_number(int(x + 1e-9))}"


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
