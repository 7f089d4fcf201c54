"""The place of every panel, for each size of the terminal. All lengths are in cells.

Layouts know areas, not panes: the table of panes says which pane belongs where, and in which order.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from dqn_tui.ui.charts.mini_charts import column_count
from dqn_tui.ui.dashboard.pane import Area, Pane, PaneTable
from dqn_tui.ui.widgets.run_scene import RunScene

Plan = dict[str, Region]

SMALLEST = Size(40, 12)
_LEAST_CHART = Size(24, 5)
_LEAST_MAIN_ROWS = 8
_LEAST_FOOT_COLUMNS = 64
_GRID_COLUMNS = 4
_MOST_FACTS = 10


class Planner:
    """Decides which panels of one dashboard are visible, and where."""

    def __init__(self, panes: PaneTable, scene: RunScene) -> None:
        self._scene = scene
        self._charts, self._side, self._foot = (panes.in_area(area) for area in (Area.CHARTS, Area.SIDE, Area.FOOT))
        self._gauges = panes.in_area(Area.GAUGES)
        self._main_pane, self._rollout = panes.main.id, panes.theatre.id
        self._value = panes.value.id if panes.value else ""

    def plan(self, size: Size) -> Plan:
        """Return the regions of all visible panels, by id."""
        width, height = size
        if width < SMALLEST.width or height < SMALLEST.height:
            return {"too-small": Region(0, 0, width, height)}
        is_tiny = width < 60 or height < 16
        header = 1 if is_tiny else 2
        body = Region(0, header, width, height - header - 1)
        plan = {"header": Region(0, 0, width, header), "keys": Region(0, height - 1, width, 1)}
        if self._scene.is_zoomed:
            return plan | {self._selected(): body}
        if is_tiny:
            return plan | self._tiny(body)
        if width < 100:
            return plan | self._narrow(body)
        if width >= 160 and height >= 45:
            return plan | self._large(body)
        return plan | self._wide(body)

    # --- one method per class of sizes ---

    def _tiny(self, body: Region) -> Plan:
        if self._has_theatre and self._scene.selected == self._theatre:
            return {self._theatre: body}
        if self._scene.live.is_over:
            chart, summary = _rows(body, body.height // 2, 0)
            return {self._main(): chart, "summary": summary}
        return {self._main(): body}

    def _narrow(self, body: Region) -> Plan:
        main = self._main()
        if self._has_theatre:
            left, right = _columns(body, body.width // 2, 0)
            return {main: left, self._theatre: right}
        if self._scene.live.is_over:
            chart, summary = _rows(body, body.height - min(14, max(7, body.height // 2)), 0)
            return {main: chart, "summary": summary}
        mini_count = -(-self._mini_count({main: body}) // column_count(body.width))
        if body.height >= 34:
            chart_height = min(body.height * 3 // 5, body.height - mini_count - 1 - _LEAST_CHART.height)
            chart, minis, below = _rows(body, chart_height, mini_count + 1, 0)
            panel = next(pane.id for pane in (*self._foot, *self._side) if pane.id != main)
            return {main: chart, "minis": minis, panel: below}
        news_height = 4 if body.height >= 19 else 0
        mini_height = min(mini_count, body.height - news_height - _LEAST_MAIN_ROWS)
        chart, minis, news = _rows(body, body.height - mini_height - news_height, mini_height, 0)
        return {main: chart, "minis": minis} | ({"news": news} if news_height else {})

    def _wide(self, body: Region) -> Plan:
        bottom_height = 8 if body.height >= 34 else 6 if body.height >= 25 else 0
        middle_height = int((body.height - bottom_height) * 0.41) if body.height - bottom_height >= 16 else 0
        upper, middle, bottom = _rows(body, body.height - bottom_height - middle_height, middle_height, 0)
        if self._has_theatre:
            return self._wide_with_rollout(body, upper.height, middle_height)
        side_width = 38 if body.width >= 116 else body.width // 3
        side = [pane.id for pane in self._side]
        corner_width = max(side_width, body.width // 2) if self._scene.live.is_over else side_width
        upper_left, corner = _columns(upper, body.width - corner_width, 0)
        plan: Plan = {}
        if middle_height:
            left, right = _columns(middle, body.width - side_width, 0)
            plan |= self._middle_charts(left) | _one_of(side[:1], right)
        if bottom_height:
            left, right = _columns(bottom, body.width - side_width, 0)
            plan |= self._feet(left) | _one_of(side[1:2], right)
        plan[self._main(plan)] = upper_left
        if self._scene.live.is_over:
            return plan | {"summary": corner}
        return plan | self._facts_and_minis(corner, self._mini_count(plan))

    def _wide_with_rollout(self, body: Region, upper_height: int, middle_height: int) -> Plan:
        left, right = _columns(body, body.width - max(58, body.width * 9 // 20), 0)
        upper, middle, bottom = _rows(left, upper_height, middle_height, 0)
        plan = {self._theatre: right}
        if middle_height:
            plan |= self._middle_charts(middle)
        if bottom.height:
            plan |= self._feet(bottom)
        return plan | {self._main(plan): upper}

    def _large(self, body: Region) -> Plan:
        left, side = _columns(body, body.width - 44, 0)
        upper, foot = _rows(left, left.height - max(8, body.height // 6), 0)
        plan = self._feet(foot)
        if self._has_theatre:
            upper, right = _columns(upper, upper.width - max(56, upper.width * 2 // 5), 0)
            plan[self._theatre] = right
        first, second, third = _rows(upper, upper.height * 2 // 5, upper.height * 3 // 10, 0)
        plan |= self._middle_charts(second) | _grid(self._charts[3:], third)
        if self._scene.live.is_over:
            top, rest = _rows(side, first.height, 0)
            if not self._has_theatre:
                first, top = _columns(first.union(top), first.width * 3 // 4, 0)
            plan["summary"] = top
        else:
            beside = plan | {pane.id: side for pane in self._side}
            mini_height = min(self._mini_count(beside | {self._main(beside): first}) + 2, side.height // 4)
            top, minis, rest = _rows(side, _MOST_FACTS, mini_height, 0)
            plan |= {"facts": top, "minis": minis}
        plan |= _stack(self._side, rest)
        return plan | {self._main(plan): first}

    # --- parts ---

    def _mini_count(self, placed: Plan) -> int:
        """Return how many charts have a row of one line beside those boxes."""
        return sum(pane.id not in placed for pane in (*self._charts, *self._gauges))

    def _facts_and_minis(self, corner: Region, mini_count: int) -> Plan:
        """Return the numbers above the charts of one row, which get what they need where there is enough room."""
        facts, minis = _rows(corner, min(_MOST_FACTS, max(5, corner.height - mini_count - 2)), 0)
        return {"facts": facts, "minis": minis}

    def _middle_charts(self, region: Region) -> Plan:
        """Return the second and the third chart side by side; the first one is in the main place."""
        return _side_by_side(self._charts[1:3], region)

    def _feet(self, region: Region) -> Plan:
        """Return as many panes of the foot as have room for a sentence, side by side."""
        return _side_by_side(self._foot[: max(1, region.width // _LEAST_FOOT_COLUMNS)], region)

    @property
    def _theatre(self) -> str:
        """The pane that is open beside the charts, or would be."""
        return self._value if self._scene.is_value_open else self._rollout

    @property
    def _has_theatre(self) -> bool:
        """Whether a pane is open beside the charts."""
        return self._scene.is_rollout_open or self._scene.is_value_open

    def _selected(self) -> str:
        """Return the focused pane, or the main one while a closed pane has the focus."""
        is_beside = self._scene.selected in (self._rollout, self._value)
        is_closed = is_beside and not (self._has_theatre and self._scene.selected == self._theatre)
        return self._main_pane if is_closed else self._scene.selected

    def _main(self, placed: Plan | None = None) -> str:
        """Return the pane in the main place: the focused one, unless it has a box elsewhere."""
        selected = self._selected()
        return self._main_pane if selected == self._theatre or selected in (placed or ()) else selected


class DashboardLayout(Layout):
    """Places the children of the dashboard by id; those without a place are not drawn."""

    name = "dashboard"

    def __init__(self, panes: PaneTable, scene: RunScene) -> None:
        self._planner = Planner(panes, scene)
        self._scene = scene

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Return the placements; Textual calls this after a resize or `refresh(layout=True)`."""
        plan = self._planner.plan(size)
        self._scene.placed = frozenset(plan)
        return [
            WidgetPlacement(plan[child.id], NULL_OFFSET, NULL_SPACING, child) for child in children if child.id in plan
        ]


def _grid(panes: Sequence[Pane], region: Region) -> Plan:
    """Return as many panes as fit, in rows of equal length; the last ones are left out."""
    if not panes:
        return {}
    widest = max(1, min(len(panes), _GRID_COLUMNS, region.width // _LEAST_CHART.width))
    row_count = max(1, min(-(-len(panes) // widest), region.height // _LEAST_CHART.height))
    column_count = min(widest, -(-len(panes) // row_count))
    bands = _rows(region, *[region.height // row_count] * (row_count - 1), 0)
    plan: Plan = {}
    for row, band in enumerate(bands):
        plan |= _side_by_side(panes[row * column_count :][:column_count], band)
    return plan


def _side_by_side(panes: Sequence[Pane], region: Region) -> Plan:
    """Return all panes in columns of equal width."""
    widths = [region.width // max(1, len(panes))] * (len(panes) - 1)
    return {pane.id: column for pane, column in zip(panes, _columns(region, *widths, 0), strict=False)}


def _stack(panes: Sequence[Pane], region: Region) -> Plan:
    """Return as many panes as fit, stacked; the first ones get what they can use, the last one what is left."""
    fitting = list(panes)
    while len(fitting) > 1 and sum(pane.least_rows for pane in fitting) > region.height:
        fitting.pop()
    spare = region.height - sum(pane.least_rows for pane in fitting)
    heights = []
    for pane in fitting:
        extra = min(spare, pane.most_rows - pane.least_rows)
        heights.append(pane.least_rows + extra)
        spare -= extra
    return {pane.id: band for pane, band in zip(fitting, _rows(region, *heights[:-1], 0), strict=True)}


def _one_of(ids: Sequence[str], region: Region) -> Plan:
    return {ids[0]: region} if ids else {}


def _rows(region: Region, *heights: int) -> list[Region]:
    """Return the region cut into bands; the last one takes what is left."""
    bands, y = [], region.y
    for height in heights[:-1]:
        bands.append(Region(region.x, y, region.width, height))
        y += height
    return [*bands, Region(region.x, y, region.width, region.bottom - y)]


def _columns(region: Region, *widths: int) -> list[Region]:
    """Return the region cut into columns; the last one takes what is left."""
    columns, x = [], region.x
    for width in widths[:-1]:
        columns.append(Region(x, region.y, width, region.height))
        x += width
    return [*columns, Region(x, region.y, region.right - x, region.height)]
