"""One row of the table of panes: what a pane is called, what it draws, and where it can be placed."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.run_scene import RunScene


class Area(enum.Enum):
    """The part of the dashboard in which a pane has its own box; any pane can also take the main place."""

    CHARTS = "the grid of charts, or a row of one line where there is no room for a box"
    GAUGES = "a row of one line, which says nearly as much as a box would"
    SIDE = "the column on the right"
    FOOT = "the band at the bottom"
    THEATRE = "beside the charts, while a rollout is open"
    VALUE = "in the place of the theatre, while the value function is shown"


@dataclass(frozen=True, kw_only=True)
class Pane(PaneName):
    """A pane of the dashboard. The order of the table is the order of tab, and of priority where space is short.

    Attributes:
        area: where it has its own box.
        make: creates its widget from the scene and this row.
        chart: what a chart draws; None for other panes.
        least_rows: rows that its box needs, edges included.
        most_rows: rows that its box can use, edges included.
    """

    area: Area
    make: Callable[[RunScene, Any], FramedPanel]
    chart: ChartSpec | None = None
    least_rows: int = 5
    most_rows: int = 1000


class PaneTable:
    """All panes of one dashboard, in order; at least one chart, exactly one theatre, at most one value function."""

    def __init__(self, panes: Sequence[Pane]) -> None:
        self._panes = {pane.id: pane for pane in panes}
        (self.theatre,) = self.in_area(Area.THEATRE)
        self.value = next(iter(self.in_area(Area.VALUE)), None)
        self.main = self.in_area(Area.CHARTS)[0]

    def __iter__(self) -> Iterator[Pane]:
        return iter(self._panes.values())

    def __getitem__(self, id: str) -> Pane:
        return self._panes[id]

    def get(self, id: str | None) -> Pane | None:
        """Return the pane with that id, or None for a panel that is no pane."""
        return self._panes.get(id or "")

    def in_area(self, area: Area) -> list[Pane]:
        """Return the panes of an area."""
        return [pane for pane in self if pane.area is area]

    def with_digit(self, digit: int) -> Pane | None:
        """Return the pane that a digit focuses."""
        return next((pane for pane in self if pane.digit == digit), None)

    def neighbour(self, id: str, direction: int, *, has_theatre: bool, has_value: bool = False) -> Pane:
        """Return the next (1) or the previous (-1) pane; theatre and value function are passed over unless open."""
        closed = {pane for pane, is_open in ((self.theatre, has_theatre), (self.value, has_value)) if not is_open}
        panes = [pane for pane in self if pane not in closed]
        position = next((place for place, pane in enumerate(panes) if pane.id == id), 0)
        return panes[(position + direction) % len(panes)]


def help_table(panes: Iterable[Pane]) -> HelpTable:
    """Return the panes and their digits for the help screen."""
    return HelpTable("Panes", [(f"{pane.sign or ' '} {pane.short}", "strong", pane.about) for pane in panes])


def pane_table_markdown(panes: Iterable[Pane]) -> str:
    """Return the table of panes of the README."""
    rows = [f"| {f'`{pane.sign}`' if pane.sign else '`tab`'} | {pane.title} | {pane.about} |" for pane in panes]
    return "\n".join(["| Key | Pane | Shows |", "|---|---|---|", *rows]) + "\n"
