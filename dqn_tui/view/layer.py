"""The parts of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dqn_tui.view.series import Series

Points = Sequence[tuple[float, float]]
Kind = Literal["envelope", "line", "band", "shares", "points", "scatter", "level", "cursor", "marks"]


@dataclass(frozen=True)
class Layer:
    """One part of a chart; a later layer takes over the cells that it touches.

    Use the class methods, which name the kinds and fill in what each needs.

    Attributes:
        kind: what is drawn.
        role: what it means, for the colour: raw, smooth, goal, evaluation, target, ...
        label: a short word written beside its right end, where the chart has room; empty: none.
        series: its series: one of an envelope or a line, two of a band, several of shares.
        places: its points (x, y).
        value: the y of a level, the x of a cursor, the place of the first mark as a share of the distance of marks.
        thickness: dots of a line; None: as suits the size of the plot.
        roles, labels: of each share, lowest first.
        sign: character of marks, and in ASCII of the line that they are on; empty: one that no other line has.
    """

    kind: Kind
    role: str
    label: str = ""
    series: tuple[Series, ...] = ()
    places: Points = ()
    value: float = 0.0
    thickness: int | None = None
    roles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sign: str = ""

    @classmethod
    def envelope(cls, series: Series, role: str = "raw") -> Layer:
        """Return the area from minimum to maximum of each column; of a binary series its rate instead."""
        return cls("envelope", role, series=(series,))

    @classmethod
    def line(
        cls, series: Series, role: str = "smooth", label: str = "", thickness: int | None = None, sign: str = ""
    ) -> Layer:
        """Return a line through the mean of each column, also across columns without points."""
        return cls("line", role, label, (series,), thickness=thickness, sign=sign)

    @classmethod
    def marks(cls, series: Series, role: str, sign: str, offset: float = 0.0) -> Layer:
        """Return a character here and there on the line of a series, so that it can be told without colour.

        With different offsets, from 0 to 1, marks of lines that coincide stand beside each other.
        """
        return cls("marks", role, series=(series,), sign=sign, value=offset)

    @classmethod
    def band(cls, low: Series, high: Series, role: str = "band") -> Layer:
        """Return the shaded area between two series, such as two quantiles."""
        return cls("band", role, series=(low, high))

    @classmethod
    def shares(cls, series: Sequence[Series], roles: Sequence[str], labels: Sequence[str] = ()) -> Layer:
        """Return shares of a whole as stacked bands, the first at the bottom, each in its role.

        Their y axis is 0 to 1. Roles are repeated where there are more series.
        """
        if not series or not roles:
            raise ValueError(f"shares need at least one series and one role, got {len(series)} and {len(roles)}")
        names = tuple(roles[index % len(roles)] for index in range(len(series)))
        return cls("shares", names[0], series=tuple(series), roles=names, labels=tuple(labels))

    @classmethod
    def points(cls, points: Points, role: str = "evaluation", label: str = "") -> Layer:
        """Return a sign at each point (x, y)."""
        return cls("points", role, label, places=points)

    @classmethod
    def scatter(cls, points: Points, role: str = "scatter") -> Layer:
        """Return a cloud of points (x, y), where x is any number."""
        return cls("scatter", role, places=points)

    @classmethod
    def level(cls, y: float, role: str = "goal", label: str = "") -> Layer:
        """Return a dashed line at a height."""
        return cls("level", role, label, value=y)

    @classmethod
    def cursor(cls, x: float, role: str = "cursor") -> Layer:
        """Return a vertical line at an x."""
        return cls("cursor", role, value=x)
