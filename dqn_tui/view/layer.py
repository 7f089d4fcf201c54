"""What a chart is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dqn_tui.view.series import Series

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Layer:
    """One thing on a chart; later layers take over the cells that they touch.

    Attributes:
        kind: envelope (all values of a series), line (its means), points, level (dashed), cursor (vertical).
        role: what it means, for the colour: raw, smooth, goal, evaluation, target, ...
        data: a series; or points (x, y); or the y of a level, the x of a cursor.
    """

    kind: str
    role: str
    data: Series | Points | float

    @classmethod
    def envelope(cls, series: Series, role: str = "raw") -> Layer:
        """From minimum to maximum of each column."""
        return cls("envelope", role, series)

    @classmethod
    def line(cls, series: Series, role: str = "smooth") -> Layer:
        """Through the mean of each column, also across columns without points."""
        return cls("line", role, series)

    @classmethod
    def points(cls, points: Points, role: str = "evaluation") -> Layer:
        """A sign at each point (x, y)."""
        return cls("points", role, points)

    @classmethod
    def level(cls, y: float, role: str = "goal") -> Layer:
        """A dashed line at a height."""
        return cls("level", role, y)

    @classmethod
    def cursor(cls, x: float, role: str = "cursor") -> Layer:
        """A vertical line at an x, behind whatever later layers draw."""
        return cls("cursor", role, x)
