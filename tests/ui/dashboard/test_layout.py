"""The place of every panel, for each size."""

from __future__ import annotations

import itertools

import pytest
from textual.geometry import Region, Size

from dqn_tui.ui.dashboard.layout import Plan, Planner
from dqn_tui.ui.dashboard.pane import Area, PaneTable
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from tests import fakes

_SIZES = [
    *itertools.product((40, 59, 60, 80, 99, 100, 119, 120, 159, 160, 200, 300), (12, 15, 16, 24, 30, 40, 45, 60, 100))
]


def make_scene(*, is_over: bool = False, is_rollout_open: bool = False, selected: str = "return") -> RunScene:
    view = RunView()
    view.apply(fakes.started())
    if is_over:
        view.apply(fakes.ended(10, 1_001.0))
    return RunScene(live=view, is_rollout_open=is_rollout_open, selected=selected)


def make_plan(size: Size, scene: RunScene) -> Plan:
    return Planner(PaneTable(PANES), scene).plan(size)


@pytest.mark.parametrize("selected", [pane.id for pane in PANES])
@pytest.mark.parametrize("is_rollout_open", [False, True])
@pytest.mark.parametrize("is_over", [False, True])
def test_panels_fill_every_screen_and_never_overlap(is_over: bool, is_rollout_open: bool, selected: str) -> None:
    scene = make_scene(is_over=is_over, is_rollout_open=is_rollout_open, selected=selected)
    for size in _SIZES:
        plan = make_plan(Size(*size), scene)
        assert sum(region.area for region in plan.values()) == size[0] * size[1], size
        for one, other in itertools.combinations(plan.values(), 2):
            assert not one.overlaps(other), (size, plan)
        for name, region in plan.items():
            assert Region(0, 0, *size).contains_region(region), (size, name)


@pytest.mark.parametrize("size", _SIZES)
def test_framed_panels_have_room_for_something(size: tuple[int, int]) -> None:
    for is_rollout_open in (False, True):
        plan = make_plan(Size(*size), make_scene(is_rollout_open=is_rollout_open))
        small = {name: region for name, region in plan.items() if name not in ("header", "keys", "minis", "news")}
        assert all(region.height >= 5 and region.width >= 20 for region in small.values()), (size, plan)


def test_a_selected_pane_always_shows() -> None:
    for size, pane in itertools.product(_SIZES, PANES):
        plan = make_plan(Size(*size), make_scene(selected=pane.id))
        assert pane.id in plan or pane.area in (Area.THEATRE, Area.VALUE), (size, pane.id)


def test_below_forty_by_twelve_nothing_but_a_note_shows() -> None:
    assert list(make_plan(Size(39, 40), make_scene())) == ["too-small"]
    assert list(make_plan(Size(80, 11), make_scene())) == ["too-small"]
    assert "return" in make_plan(Size(40, 12), make_scene())


def test_zoom_gives_one_pane_the_whole_body() -> None:
    scene = make_scene(selected="loss")
    scene.is_zoomed = True
    assert make_plan(Size(120, 40), scene)["loss"] == Region(0, 2, 120, 37)
