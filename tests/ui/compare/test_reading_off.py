"""Crosshair, zoom and the unit of x in a comparison: by the keys and the mouse of the dashboard, for all runs at once.

All runs have an episode every 100 steps, one second of work and one update every ten.
"""

from __future__ import annotations

import pytest
from textual import events

from dqn_tui.ui.charts.chart_panel import ChartPanel
from dqn_tui.ui.compare.compare_screen import CompareScreen
from dqn_tui.view.cells import Cells
from dqn_tui.view.x_unit import XUnit
from tests.comparisons import run_events
from tests.ui.compare.helpers import RUNS, Board, board
from tests.ui.helpers import FEW_SIZES

# They differ in length, and in the return of each episode.
SHORT = run_events((10.0, 20.0, 30.0), gamma=0.9)
LONG = run_events((11.0, 41.0, 62.0, 84.0, 105.0), gamma=0.8)
END = 500.0


def chart(shown: Board, id: str = "chart-return") -> ChartPanel:
    return shown.screen.query_one(f"#{id}", ChartPanel)


def cells(shown: Board, id: str = "chart-return") -> Cells:
    found = chart(shown, id).cells
    assert found is not None
    return found


def charts_in_sight(screen: CompareScreen) -> list[ChartPanel]:
    return [one for one in screen.query(ChartPanel) if screen.scene.has_place(one.id or "") and one.cells]


async def edge_at(shown: Board, x: float) -> str:
    """Return the upper edge of the chart of returns, not smoothed, with the crosshair at x."""
    shown.screen.scene.smoothing = 1
    shown.screen.scene.viewport.pin(x)
    shown.screen.repaint_all()
    return next(row for row in (await shown.look()).splitlines() if "1 Return" in row).split("╮")[0]


async def test_the_edge_holds_every_runs_value_at_the_crosshair_the_highest_first() -> None:
    async with board(SHORT, LONG) as shown:
        assert "b    41  a    20" in await edge_at(shown, 200.0)
        assert "b    62  a    30" in await edge_at(shown, 300.0)


async def test_a_run_has_no_value_where_it_has_ended_or_not_begun() -> None:
    async with board(SHORT, LONG) as shown:
        edge = await edge_at(shown, 400.0)
        assert "b    84" in edge
        assert "a " not in edge
        assert not {"a", "b"} & set((await edge_at(shown, 20.0)).split())


async def test_without_a_crosshair_the_newest_values_are_there() -> None:
    async with board(SHORT, LONG) as shown:
        await edge_at(shown, 200.0)
        text = await shown.press("escape")
        assert "b   105  a    30" in text.splitlines()[1]
        assert shown.app.screen is shown.screen


async def test_groups_are_read_with_their_interval() -> None:
    runs = [
        run_events((first, 50.0), gamma=gamma, seed=seed)
        for gamma in (0.8, 0.9)
        for seed, first in ((1, 20.0), (2, 40.0))
    ]
    async with board(*runs, by="gamma") as shown:
        # The mean and the bootstrap interval of two numbers are their mean and themselves. The curve has a point every
        # 100/47 steps, so the column holds two: at 100 (20, 40) and at 102.1 (20.6, 40.2).
        edge = await edge_at(shown, 100.0)
        assert "A  30.2 (20.3 to 40.1)" in edge
        assert "B  30.2 (20.3 to 40.1)" in edge


async def test_values_that_have_no_room_are_counted() -> None:
    runs = [run_events((float(number), 100.0 + number), seed=number) for number in range(20)]
    async with board(*runs, size=(80, 24)) as shown:
        edge = await edge_at(shown, 200.0)
        shown_count = len([word for word in edge.split() if word.isdigit() and int(word) >= 100])
        assert "t   119  s   118" in edge
        assert f"+{20 - shown_count} " in edge


@pytest.mark.parametrize("size", FEW_SIZES)
@pytest.mark.parametrize("marker", ["braille", "ascii"])
@pytest.mark.parametrize("by", [None, "learning_rate"])
async def test_every_chart_in_sight_marks_the_same_x(size: tuple[int, int], marker: str, by: str | None) -> None:
    async with board(*RUNS, size=size, marker=marker, by=by) as shown:
        text = await shown.press("left", "shift+left", "left")
        x = shown.screen.scene.viewport.crosshair
        assert x is not None
        assert text.count(XUnit.STEP.label(x)) >= len(charts_in_sight(shown.screen)) >= 1
        assert text.isascii() == (marker == "ascii")
        assert "cannot be drawn" not in text


async def test_arrows_move_the_crosshair_by_columns_and_esc_removes_it_first() -> None:
    async with board(SHORT, LONG) as shown:
        columns, viewport = cells(shown), shown.screen.scene.viewport
        await shown.press("left", "left", "shift+left", "right")
        assert viewport.crosshair == pytest.approx(columns.middle(columns.columns - 11))
        assert f"x steps at {XUnit.STEP.label(viewport.crosshair or 0)}" in await shown.look()
        await shown.press("home")
        assert viewport.crosshair == pytest.approx(columns.middle(0))
        await shown.press("z", "escape")
        assert viewport.crosshair is None
        assert shown.screen.scene.is_zoomed
        await shown.press("escape")
        assert not shown.screen.scene.is_zoomed


async def test_a_focused_table_takes_the_arrows_and_gives_them_back() -> None:
    async with board(*RUNS, size=(120, 40)) as shown:
        viewport = shown.screen.scene.viewport
        await shown.press("8", "right", "down", "pagedown")
        assert viewport.crosshair is None
        assert shown.screen.scene.hidden["results"] == 1
        await shown.press("plus")
        assert viewport.is_zoomed_in_x
        await shown.press("1", "left")
        assert viewport.crosshair is not None
        await shown.press("b", "9", "b", "b")
        assert shown.screen.scene.selected == "chart-return"
        before = viewport.crosshair
        await shown.press("left")
        assert viewport.crosshair != before


async def test_zoom_pan_and_back_to_all_by_keys() -> None:
    async with board(SHORT, LONG) as shown:
        scene = shown.screen.scene
        text = await shown.press("plus")
        assert scene.x_range == (250, 500)
        assert text.count("  zoom ") == len(charts_in_sight(shown.screen))
        await shown.press("left_square_bracket")
        assert scene.x_range == (187.5, 437.5)
        await shown.press("pagedown", "minus")
        assert scene.x_range == (0, END)
        low, high = chart(shown, "chart-loss").picture.y_range  # type: ignore[union-attr]
        await shown.press("3", "up")
        window = scene.viewport.y_window("chart-loss", is_log=False)
        assert window == pytest.approx((low + (high - low) / 4, high - (high - low) / 4))
        await shown.press("shift+up")
        assert scene.viewport.y_window("chart-loss", is_log=False) == pytest.approx(
            (low + (high - low) * 3 / 8, high - (high - low) / 8)
        )
        assert scene.viewport.y_window("chart-return", is_log=False) is None
        await shown.press("plus", "0")
        assert scene.x_range == (0, END)
        assert scene.viewport.y_window("chart-loss", is_log=False) is None


async def test_x_switches_the_unit_and_crosshair_and_window_stay_at_the_steps_of_the_longest_run() -> None:
    async with board(SHORT, LONG) as shown:
        viewport, scene = shown.screen.scene.viewport, shown.screen.scene
        await shown.press("plus")
        viewport.pin(300.0)
        seen = []
        for unit in (XUnit.SECOND, XUnit.EPISODE, XUnit.UPDATE, XUnit.STEP):
            text = await shown.press("x")
            assert viewport.unit is unit
            assert text.count(unit.label(viewport.crosshair or 0)) >= len(charts_in_sight(shown.screen))
            seen.append((viewport.crosshair, *scene.x_range))
        assert seen == [(30.0, 25.0, 50.0), (3.0, 2.5, 5.0), (30.0, 25.0, 50.0), (300.0, 250.0, 500.0)]


async def test_the_mouse_over_one_chart_reads_all_of_them_and_a_click_keeps_it() -> None:
    async with board(SHORT, LONG) as shown:
        viewport = shown.screen.scene.viewport
        await shown.pilot.hover("#chart-loss", offset=(40, 6))
        await shown.pilot.pause(0.06)
        x = chart(shown, "chart-loss").picture.x_at(39)  # type: ignore[union-attr]
        assert x is not None
        assert viewport.pointed == x
        assert (await shown.look()).count(XUnit.STEP.label(x)) >= len(charts_in_sight(shown.screen))
        await shown.pilot.click("#chart-loss", offset=(40, 6))
        await shown.pilot.hover("#header")
        await shown.look()
        assert viewport.pointed is None
        assert viewport.crosshair == x
        assert shown.screen.scene.selected == "chart-loss"


async def test_the_wheel_zooms_where_the_mouse_is_and_a_drag_pans() -> None:
    async with board(SHORT, LONG) as shown:
        scene, x = shown.screen.scene, chart(shown).picture.x_at(40)  # type: ignore[union-attr]
        assert x is not None
        await shown.pilot._post_mouse_events([events.MouseScrollUp], "#chart-return", (41, 6), button=0)
        await shown.look()
        assert scene.x_range == pytest.approx((x - x * 0.8, x + (END - x) * 0.8))
        low, high = scene.x_range
        await shown.pilot.mouse_down("#chart-return", offset=(30, 6))
        await shown.pilot._post_mouse_events([events.MouseMove], "#chart-return", (31, 6), button=1)
        await shown.pilot.mouse_up("#chart-return", offset=(31, 6))
        await shown.look()
        moved = (high - low) / cells(shown).columns
        assert scene.x_range == pytest.approx((low - moved, high - moved))
        assert scene.viewport.pinned is None


async def test_before_anything_is_read_no_chart_key_does_harm() -> None:
    keys = [
        "left",
        "right",
        "home",
        "end",
        "plus",
        "minus",
        "up",
        "down",
        "shift+up",
        "pageup",
        "x",
        "x",
        "x",
        "x",
        "0",
    ]
    for runs in ((), (run_events(()),)):
        async with board(*runs, is_read=False) as shown:
            assert "cannot be drawn" not in await shown.press(*keys)


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_a_logarithmic_chart_says_which_values_it_leaves_out(size: tuple[int, int]) -> None:
    async with board(run_events((-5.0, 20.0), seed=1), run_events((5.0, 20.0), seed=2), size=size) as shown:
        text = await shown.press("l", "M", "M", "left", "up")
        assert "log y, values > 0 only" in text
        assert shown.screen.scene.viewport.y_window("chart-return", is_log=True) is not None
        assert "cannot be drawn" not in text
