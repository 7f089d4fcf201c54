"""Crosshair, zoom and the unit of x, by keys and by mouse, on a dashboard with 20,000 steps of a scripted run."""

from __future__ import annotations

import re

import pytest
from textual import events

from dqn_tui.events import Paused, Resumed
from dqn_tui.ui.charts.chart_panel import ChartPanel
from dqn_tui.view.cells import Cells
from dqn_tui.view.x_unit import XUnit
from tests import fakes
from tests.ui.helpers import FEW_SIZES, Dashboard, dashboard

END = 20_000.0


def panel(board: Dashboard, id: str) -> ChartPanel:
    return board.screen.query_one(f"#{id}", ChartPanel)


def cells(board: Dashboard, id: str = "return") -> Cells:
    found = panel(board, id).cells
    assert found is not None
    return found


async def scroll(board: Dashboard, id: str, column: int, row: int, *, is_up: bool = True, ctrl: bool = False) -> str:
    """Turn the wheel over a cell of a chart's box."""
    kind = events.MouseScrollUp if is_up else events.MouseScrollDown
    await board.pilot._post_mouse_events([kind], f"#{id}", (column, row), button=0, control=ctrl)
    return await board.look()


async def test_arrows_move_the_crosshair_by_columns_and_esc_removes_it() -> None:
    async with dashboard() as board:
        columns, viewport = cells(board), board.scene.viewport
        text = await board.press("left")
        assert viewport.crosshair == pytest.approx(columns.middle(columns.columns - 1))
        assert "step 19," in text.splitlines()[2]
        await board.press("left", "left", "right", "shift+left", "ctrl+left")
        assert viewport.crosshair == pytest.approx(columns.middle(columns.columns - 22))
        await board.press("shift+right", "home")
        assert viewport.crosshair == pytest.approx(columns.middle(0))
        await board.press("end")
        assert viewport.crosshair == pytest.approx(columns.middle(columns.columns - 1))
        await board.press("z", "escape")
        assert viewport.crosshair is None
        assert board.scene.is_zoomed
        await board.press("escape")
        assert not board.scene.is_zoomed


@pytest.mark.parametrize("size", FEW_SIZES)
@pytest.mark.parametrize("marker", ["braille", "ascii"])
async def test_every_chart_in_sight_marks_the_same_step(size: tuple[int, int], marker: str) -> None:
    async with dashboard(size, marker=marker) as board:
        text = await board.press("left", "shift+left")
        label = XUnit.STEP.label(board.scene.viewport.crosshair or 0)
        in_sight = [chart for chart in board.screen.query(ChartPanel) if board.scene.has_place(chart.id or "")]
        over_steps = [chart for chart in in_sight if chart.cells]
        assert text.count(label) >= len(over_steps) >= 1
        assert text.isascii() == (marker == "ascii")
        assert "cannot be drawn" not in text


async def test_the_values_of_every_series_at_the_step_are_in_the_edge_of_the_chart() -> None:
    async with dashboard((200, 60)) as board:
        x = 15_050.0
        board.scene.viewport.pin(x)
        text = await board.look()
        column = cells(board).at(x)
        assert column is not None
        raw = board.view.returns.read(cells(board), column)
        smooth = board.view.returns.smooth(20).read(cells(board), column)
        assert raw is not None
        assert smooth is not None
        edge = text.splitlines()[2]
        assert f"eval {board.view.evaluations[2].mean:5.1f}" in edge
        assert f"ema20 {smooth.mean:5.1f}" in edge
        assert re.search(rf"raw +{raw.mean:.1f}".rstrip("0").rstrip("."), edge)
        assert "step 15,050" in edge
        assert "at 00:08" in edge
        left = board.view.action_shares[0].read(cells(board, "actions"), cells(board, "actions").at(x) or 0)
        assert left is not None
        assert re.search(rf"4 Actions .*left +{left.mean:.0%} ", text)


async def test_rows_of_one_line_show_the_value_at_the_step_and_mark_it() -> None:
    async with dashboard((80, 24)) as board:
        before = await board.look()
        await board.press("left", *["shift+left"] * 3)
        x = board.scene.viewport.crosshair
        assert x is not None
        text = await board.press("3", "1")
        minis = next(row for row in text.splitlines() if " Epsilon " in row)
        old = next(row for row in before.splitlines() if " Epsilon " in row)
        epsilon = float(re.findall(r"Epsilon +([\d.]+)", minis)[0])
        assert epsilon == pytest.approx(max(0.05, 1 - x / 15_000 * 0.95), abs=0.06)
        assert minis != old


async def test_the_mouse_over_one_chart_reads_all_of_them_and_a_click_keeps_it() -> None:
    async with dashboard() as board:
        await board.pilot.hover("#loss", offset=(20, 6))
        text = await board.look()
        x = panel(board, "loss").picture.x_at(19)  # type: ignore[union-attr]
        assert x is not None
        assert board.scene.viewport.pointed == x
        assert text.count(XUnit.STEP.label(x)) >= 3
        await board.pilot.hover("#events", offset=(20, 3))
        await board.look()
        assert board.scene.viewport.crosshair is None
        await board.pilot.click("#loss", offset=(20, 6))
        await board.pilot.hover("#events", offset=(20, 3))
        await board.look()
        assert board.scene.viewport.crosshair == x
        assert board.scene.selected == "loss"
        await board.press("escape")
        assert board.scene.viewport.crosshair is None


async def test_a_title_is_no_place_for_the_crosshair() -> None:
    async with dashboard() as board:
        await board.pilot.click("#loss", offset=(4, 0))
        await board.look()
        assert board.scene.viewport.pinned is None


async def test_a_frozen_view_is_read_as_it_was() -> None:
    async with dashboard() as board:
        await board.press("f", "left")
        column = board.scene.viewport.crosshair
        board.run.emit(*(event for event in fakes.script(26_000) if event.step > 20_000))
        text = await board.look()
        assert "FROZEN" in text
        assert board.scene.viewport.crosshair == column
        assert "step 19," in text.splitlines()[2]
        await board.press("end")
        assert (board.scene.viewport.crosshair or 0) < END
        assert "step 25," in (await board.press("f", "end")).splitlines()[2]


async def test_the_enlarged_chart_is_read_by_its_own_columns() -> None:
    async with dashboard() as board:
        await board.press("2", "z", "left")
        assert cells(board, "loss").columns > 100
        assert board.scene.viewport.crosshair == pytest.approx(END - END / cells(board, "loss").columns / 2)


async def test_zoom_pan_and_back_to_all_by_keys() -> None:
    async with dashboard() as board:
        text = await board.press("plus")
        assert board.scene.x_range == (10_000, 20_000)
        assert text.count("  zoom ") >= 3
        await board.press("left_square_bracket")
        assert board.scene.x_range == (7_500, 17_500)
        await board.press("right_square_bracket", "pagedown")
        assert board.scene.x_range == (10_000, 20_000)
        await board.press("minus")
        assert board.scene.x_range == (0, 20_000)
        await board.press("plus", "plus", "2", "up")
        assert board.scene.viewport.is_zoomed("loss", has_x=False, is_log=False)
        await board.press("0")
        assert board.scene.x_range == (0, 20_000)
        assert not board.scene.viewport.is_zoomed("loss", has_x=True, is_log=False)


async def test_a_window_at_the_end_goes_with_the_run() -> None:
    async with dashboard() as board:
        await board.press("plus")
        board.run.emit(fakes.progress(24_000, 1_013.0))
        text = await board.look()
        assert board.scene.x_range == (14_000, 24_000)
        assert "24k" in text


async def test_y_is_zoomed_about_the_value_under_the_crosshair() -> None:
    async with dashboard() as board:
        await board.press("1", "left")
        shown = panel(board, "return").picture
        assert shown is not None
        (low, high), x = shown.y_range, board.scene.viewport.crosshair
        assert x is not None
        value = next(one.value for one in shown.read(x) if isinstance(one.value, float))
        await board.press("up")
        window = board.scene.viewport.y_window("return", is_log=False)
        assert window is not None
        assert window == pytest.approx((value - (value - low) / 2, value + (high - value) / 2))
        assert panel(board, "return").picture.y_range[0] > 0  # type: ignore[union-attr]
        await board.press("shift+up")
        moved = board.scene.viewport.y_window("return", is_log=False)
        assert moved == pytest.approx((window[0] + (high - low) / 8, window[1] + (high - low) / 8))
        await board.press("down")
        assert board.scene.viewport.y_window("return", is_log=False) is None


async def test_the_wheel_zooms_where_the_mouse_is() -> None:
    async with dashboard() as board:
        x = panel(board, "return").picture.x_at(40)  # type: ignore[union-attr]
        assert x is not None
        await scroll(board, "return", 41, 6)
        assert board.scene.x_range == pytest.approx((x - x * 0.8, x + (END - x) * 0.8))
        await scroll(board, "return", 41, 6, is_up=False)
        assert board.scene.x_range == (0, END)
        for at in ({"column": 41, "ctrl": True}, {"column": 2}):
            await scroll(board, "return", row=6, **at)  # type: ignore[arg-type]
            assert board.scene.viewport.y_window("return", is_log=False) is not None
            await board.press("0")


async def test_a_zoomed_chart_is_dragged_and_that_is_no_click() -> None:
    async with dashboard() as board:
        await board.press("plus", "left_square_bracket", "left_square_bracket")
        before, width = board.scene.x_range, cells(board).columns
        assert before == (5_000, 15_000)
        await board.pilot.mouse_down("#return", offset=(40, 6))
        await board.pilot._post_mouse_events([events.MouseMove], "#return", (50, 6), button=1)
        await board.pilot.mouse_up("#return", offset=(50, 6))
        await board.look()
        assert board.scene.x_range == pytest.approx((5_000 - 10 / width * 10_000, 15_000 - 10 / width * 10_000))
        assert board.scene.viewport.pinned is None


async def test_x_counts_steps_then_time_episodes_and_updates_and_the_crosshair_stays_at_its_step() -> None:
    async with dashboard() as board:
        await board.press("left", "shift+left")
        edges = [(await board.look()).splitlines()[2]]
        ends = []
        for _ in XUnit:
            text = await board.press("x")
            edges.append(text.splitlines()[2])
            ends.append(board.scene.x_range[1])
        assert ends == pytest.approx([END / 1_874, board.view.episodes, board.view.updates, END], abs=0.2)
        steps = [int(re.findall(r"step ([\d,]+)", edge)[0].replace(",", "")) for edge in edges]
        assert steps == pytest.approx([steps[0]] * 5, abs=1)
        assert board.scene.viewport.unit is XUnit.STEP


async def test_the_axis_of_time_leaves_pauses_out() -> None:
    async with dashboard() as board:
        board.run.emit(Paused(step=20_000, time=1_020.0))
        board.run.emit(Resumed(step=20_000, time=1_520.0, pause_seconds=500.0))
        board.run.emit(fakes.progress(21_874, 1_521.0))
        text = await board.press("x")
        assert board.scene.x_range[1] == pytest.approx(21, abs=0.5)
        assert "00:21" in text


async def test_a_chart_whose_x_is_no_moment_has_no_crosshair_but_can_be_zoomed_along_y() -> None:
    async with dashboard((200, 60)) as board:
        await board.press("6", "left")
        assert panel(board, "start_q").cells is None
        assert "bias" in await board.look()
        await board.press("up")
        assert board.scene.viewport.y_window("start_q", is_log=False) is not None


async def test_without_a_chart_in_sight_the_crosshair_still_moves() -> None:
    async with dashboard((80, 24)) as board:
        await board.press("8", "z", "left")
        assert board.scene.viewport.crosshair == pytest.approx(END * 0.995)
        assert "cannot be drawn" not in await board.press("plus", "x", "x", "escape")


async def test_before_the_first_event_no_chart_key_does_harm() -> None:
    async with dashboard(steps=None) as board:
        keys = ("left", "right", "home", "end", "plus", "minus", "up", "down", "shift+up", "pageup", "x", "x", "x", "0")
        text = await board.press(*keys)
        assert "loading…" in text
        assert "cannot be drawn" not in text


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_a_logarithmic_axis_is_zoomed_in_decades(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.press("2", "l", "left", "up", "up", "shift+down")
        assert board.scene.viewport.y_window("loss", is_log=True) is not None
        assert "cannot be drawn" not in text
        await board.press("l")
        assert board.scene.viewport.y_window("loss", is_log=False) is None
