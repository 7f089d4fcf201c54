"""The parts of a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dqn_tui.view.buckets import Buckets

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
        name: a short word in front of a value that is read off it; empty: the label.
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
    series: tuple[Buckets, ...] = ()
    places: Points = ()
    value: float = 0.0
    thickness: int | None = None
    roles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sign: str = ""
    name: str = ""

    @classmethod
    def envelope(cls, series: Buckets, role: str = "raw") -> Layer:
        """Return the area from minimum to maximum of each column; of a binary series its rate instead."""
        return cls("envelope", role, series=(series,), name="raw")

    @classmethod
    def line(
        cls,
        series: Buckets,
        role: str = "smooth",
        label: str = "",
        thickness: int | None = None,
        *,
        name: str = "",
        sign: str = "",
    ) -> Layer:
        """Return a line through the mean of each column, also across columns without points."""
        return cls("line", role, label, (series,), thickness=thickness, name=name or label, sign=sign)

    @classmethod
    def marks(cls, series: Buckets, role: str, sign: str, offset: float = 0.0) -> Layer:
        """Return a character here and there on the line of a series, so that it can be recognised without colour.

        With different offsets, from 0 to 1, marks of lines that coincide are beside each other.
        """
        return cls("marks", role, series=(series,), sign=sign, value=offset)

    @classmethod
    def band(cls, low: Buckets, high: Buckets, role: str = "band", name: str = "") -> Layer:
        """Return the shaded area between two series, such as two quantiles."""
        return cls("band", role, series=(low, high), name=name)

    @classmethod
    def shares(cls, series: Sequence[Buckets], roles: Sequence[str], labels: Sequence[str] = ()) -> Layer:
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
        return cls("points", role, label, places=points, name=label)

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

    def moved(self, move_series: Callable[[Buckets], Buckets], move_x: Callable[[float], float]) -> Layer:
        """Return the same over another x axis."""
        return replace(
            self,
            series=tuple(map(move_series, self.series)),
            places=[(move_x(x), y) for x, y in self.places],
            value=move_x(self.value) if self.kind == "cursor" else self.value,
        )
