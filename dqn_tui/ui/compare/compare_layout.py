"""The place of every panel of a comparison, for each size of the terminal. All lengths are in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from dqn_tui.ui.compare.compare_panes import TABLES, shown_panes
from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.compare.compare_table import CompareTable

Plan = dict[str, Region]

_CHART = Size(38, 10)
_MOST_COLUMNS = 3
_LEAST_TABLE_COLUMNS = 56


def plan_comparison(scene: CompareScene, size: Size, wanted: Mapping[str, Size]) -> Plan:
    """Return the regions of all visible panels, by id: charts in a grid, tables below them.

    `wanted` is the size that each table needs to show all its columns and rows.
    """
    width, height = size
    body = Region(0, 1, width, max(0, height - 2))
    plan = {"header": Region(0, 0, width, 1), "keys": Region(0, height - 1, width, 1)}
    if scene.is_zoomed:
        return plan | {scene.selected: body}
    shown = [pane.id for pane in shown_panes(scene.comparison, scene.by)]
    tables = [pane.id for pane in TABLES if pane.id in shown]
    charts = [id for id in shown if id not in tables]
    chosen = _chosen(tables, scene.table, width)
    table_rows = _table_rows(max(wanted[id].height for id in chosen), body.height)
    grid = Region(0, body.y, width, body.height - table_rows)
    below = Region(0, grid.bottom, width, table_rows)
    return (
        plan | _grid(charts, scene.selected, grid) | _side_by_side(chosen, below, [wanted[id].width for id in chosen])
    )


def _table_rows(wanted: int, height: int) -> int:
    """Return the height of the tables: what they need, but the charts keep the larger part."""
    return max(0, min(wanted, height * 2 // 5)) if height >= _CHART.height + 4 else 0


def _grid(charts: Sequence[str], selected: str, region: Region) -> Plan:
    """Return as many charts as have room, the focused one always among them."""
    columns = max(1, min(_MOST_COLUMNS, region.width // _CHART.width, len(charts)))
    rows = max(1, min(region.height // _CHART.height, -(-len(charts) // columns)))
    chosen = list(charts[: columns * rows])
    if selected in charts and selected not in chosen:
        chosen[-1] = selected
    plan: Plan = {}
    edges = [region.y + region.height * row // rows for row in range(rows + 1)]
    for row in range(rows):
        band = Region(0, edges[row], region.width, edges[row + 1] - edges[row])
        plan |= _side_by_side(chosen[row * columns :][:columns], band)
    return plan


def _chosen(tables: Sequence[str], focused: str, width: int) -> list[str]:
    """Return as many tables as have room, the one that was focused last always among them."""
    count = max(1, min(len(tables), width // _LEAST_TABLE_COLUMNS))
    chosen = list(tables[:count])
    if focused in tables and focused not in chosen:
        chosen[-1] = focused
    return chosen


def _side_by_side(ids: Sequence[str], region: Region, wanted: Sequence[int] | None = None) -> Plan:
    """Return the panels side by side: equally wide, or in the proportion of the widths that they want."""
    if not ids or region.height < 1:
        return {}
    ends = list(accumulate(wanted or [1] * len(ids)))
    edges = [0, *(region.width * end // ends[-1] for end in ends)]
    return {id: Region(x, region.y, end - x, region.height) for id, (x, end) in zip(ids, pairwise(edges), strict=True)}


class CompareLayout(Layout):
    """Places the children of the screen by id; those without a place are not drawn."""

    name = "compare"

    def __init__(self, scene: CompareScene) -> None:
        self._scene = scene

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Return the placements; Textual calls this after a resize or `refresh(layout=True)`."""
        wanted = {child.id or "": child.wanted_size for child in children if isinstance(child, CompareTable)}
        plan = plan_comparison(self._scene, size, wanted)
        self._scene.placed = frozenset(plan)
        return [
            WidgetPlacement(plan[child.id], NULL_OFFSET, NULL_SPACING, child) for child in children if child.id in plan
        ]
