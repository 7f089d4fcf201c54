"""Where every panel stands, for each size of the terminal. All lengths are in cells."""

from __future__ import annotations

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from dqn_tui.ui.scene import Scene

Plan = dict[str, Region]

SMALLEST = Size(40, 12)
CHARTS = ("return", "loss", "q", "epsilon", "buffer", "length")
PANES = (*CHARTS, "checkpoints", "events", "rollout")
"""What the digits 1 to 9 give the focus to."""


def make_plan(size: Size, scene: Scene) -> Plan:
    """The regions of all panels that show, by their ids."""
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return {"too-small": Region(0, 0, width, height)}
    is_tiny = width < 60 or height < 16
    header = 1 if is_tiny else 2
    body = Region(0, header, width, height - header - 1)
    plan = {"header": Region(0, 0, width, header), "keys": Region(0, height - 1, width, 1)}
    if scene.is_zoomed:
        return plan | {_selected(scene): body}
    if is_tiny:
        return plan | _plan_tiny(body, scene)
    if width < 100:
        return plan | _plan_narrow(body, scene)
    if width >= 160 and height >= 45:
        return plan | _plan_extra_wide(body, scene)
    return plan | _plan_wide(body, scene)


class DashboardLayout(Layout):
    """Places the children of the dashboard by their ids; those without a place are not drawn."""

    name = "dashboard"

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.plan: Plan = {}

    def arrange(
        self,
        parent: Widget,  # noqa: ARG002
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Textual asks for this whenever the size changed, or `refresh(layout=True)` was called."""
        self.plan = make_plan(size, self.scene)
        self.scene.placed = frozenset(self.plan)
        return [
            WidgetPlacement(self.plan[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in self.plan
        ]


def _selected(scene: Scene) -> str:
    is_missing = scene.selected == "rollout" and not scene.is_rollout_open
    return "return" if is_missing else scene.selected


def _main(scene: Scene, elsewhere: tuple[str, ...] = ()) -> str:
    """What stands in the largest place: the selected pane, unless it has a place of its own."""
    selected = _selected(scene)
    return "return" if selected in (*elsewhere, "rollout") else selected


def _plan_tiny(body: Region, scene: Scene) -> Plan:
    if scene.is_rollout_open and scene.selected == "rollout":
        return {"rollout": body}
    if scene.live.is_over:
        chart, summary = _rows(body, body.height // 2, 0)
        return {_main(scene): chart, "summary": summary}
    return {_main(scene): body}


def _plan_narrow(body: Region, scene: Scene) -> Plan:
    main = _main(scene)
    if scene.is_rollout_open:
        left, right = _columns(body, body.width // 2, 0)
        return {main: left, "rollout": right}
    if scene.live.is_over:
        chart, summary = _rows(body, body.height - min(14, max(7, body.height * 6 // 13)), 0)
        return {main: chart, "summary": summary}
    mini_count = len(CHARTS) - (main in CHARTS)
    if body.height >= 34:
        chart, minis, news = _rows(body, body.height * 3 // 5, mini_count + 2, 0)
        return {main: chart, "minis": minis, "checkpoints" if main == "events" else "events": news}
    news_height = 4 if body.height >= 19 else 0
    chart, minis, news = _rows(body, body.height - mini_count - news_height, mini_count, 0)
    return {main: chart, "minis": minis} | ({"news": news} if news_height else {})


def _plan_wide(body: Region, scene: Scene) -> Plan:
    bottom_height = 8 if body.height >= 34 else 6 if body.height >= 25 else 0
    middle_height = int((body.height - bottom_height) * 0.42) if body.height - bottom_height >= 16 else 0
    upper, middle, bottom = _rows(body, body.height - bottom_height - middle_height, middle_height, 0)
    if scene.is_rollout_open:
        return _plan_wide_rollout(body, upper.height, middle_height, scene)
    side = 38 if body.width >= 116 else body.width // 3
    main_place, corner = _columns(upper, body.width - side, 0)
    boxed = _boxed(middle_height, bottom_height)
    plan = {_main(scene, boxed): main_place}
    if middle_height:
        left, right = _columns(middle, body.width - side, 0)
        loss, q = _columns(left, left.width // 2, 0)
        plan |= {"loss": loss, "q": q, "checkpoints": right}
    if bottom_height:
        plan["events"], plan["phases"] = _columns(bottom, body.width - side, 0)
    if scene.live.is_over:
        return plan | {"summary": corner}
    facts, minis = _rows(corner, min(11, max(5, corner.height - 7)), 0)
    return plan | {"facts": facts, "minis": minis}


def _plan_wide_rollout(body: Region, upper_height: int, middle_height: int, scene: Scene) -> Plan:
    left, rollout = _columns(body, body.width - max(58, body.width * 9 // 20), 0)
    upper, middle, bottom = _rows(left, upper_height, middle_height, 0)
    plan = {_main(scene, _boxed(middle_height, bottom.height)): upper, "rollout": rollout}
    if middle_height:
        plan["loss"], plan["q"] = _columns(middle, middle.width // 2, 0)
    return plan | ({"events": bottom} if bottom.height else {})


def _boxed(middle_height: int, bottom_height: int) -> tuple[str, ...]:
    middle = ("loss", "q", "checkpoints") if middle_height else ()
    return (*middle, "events") if bottom_height else middle


def _plan_extra_wide(body: Region, scene: Scene) -> Plan:
    left, side = _columns(body, body.width - 44, 0)
    upper, events = _rows(left, left.height - max(8, body.height // 6), 0)
    plan = {"events": events}
    if scene.is_rollout_open:
        upper, plan["rollout"] = _columns(upper, upper.width - max(56, upper.width * 2 // 5), 0)
    first, second, third = _rows(upper, upper.height * 2 // 5, upper.height * 3 // 10, 0)
    plan["return"] = first
    plan["loss"], plan["q"] = _columns(second, second.width // 2, 0)
    plan["epsilon"], plan["buffer"], plan["length"] = _columns(third, third.width // 3, third.width // 3, 0)
    if scene.live.is_over:
        plan["summary"], rest = _rows(side, 18, 0)
    else:
        plan["facts"], plan["phases"], rest = _rows(side, 10, 8, 0)
    plan["checkpoints"], plan["settings"] = _rows(rest, max(8, min(14, rest.height // 3 + 1)), 0)
    return plan


def _rows(region: Region, *heights: int) -> list[Region]:
    """The region cut into bands; the last one takes what is left."""
    bands, y = [], region.y
    for height in heights[:-1]:
        bands.append(Region(region.x, y, region.width, height))
        y += height
    return [*bands, Region(region.x, y, region.width, region.bottom - y)]


def _columns(region: Region, *widths: int) -> list[Region]:
    """The region cut into columns; the last one takes what is left."""
    columns, x = [], region.x
    for width in widths[:-1]:
        columns.append(Region(x, region.y, width, region.height))
        x += width
    return [*columns, Region(x, region.y, region.right - x, region.height)]
