"""The screen of a comparison: what it shows, and what the keys do."""

from __future__ import annotations

import pytest

from dqn_tui.run_source import RunNews
from dqn_tui.ui.compare.compare_screen import CompareScreen
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.x_unit import XUnit
from tests.comparisons import run_events
from tests.ui.compare.helpers import RUNS, FakeSource, board
from tests.ui.helpers import SIZES


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by", [None, "learning_rate"])
async def test_every_size_shows_a_chart_and_the_number_of_runs(size: tuple[int, int], by: str | None) -> None:
    async with board(*RUNS, size=size, by=by) as shown:
        text = await shown.look()
        assert "4 runs" in text
        assert "Return" in text
        assert "cannot be drawn" not in text
        assert all(len(line) == size[0] for line in text.splitlines())


async def test_charts_tables_and_marks_are_there() -> None:
    async with board(*RUNS) as shown:
        text = await shown.look()
        for title in ("1 Return", "2 Evaluation", "3 Loss", "5 Epsilon", "6 Steps/s", "7 Runs", "8 Results"):
            assert title in text
        assert "4 Q mean" not in text
        assert "9 Groups" not in text
        assert "gamma" not in text
        assert all(f" {mark} " in text for mark in "abcd")


async def test_b_groups_by_each_setting_that_differs_then_by_none() -> None:
    async with board(*RUNS) as shown:
        text = await shown.press("b")
        assert "by learning_rate" in text
        assert "9 Groups" in text
        assert "learning_rate=0.25" in text
        assert "by seed" in await shown.press("b")
        assert "9 Groups" not in await shown.press("b")


async def test_x_changes_what_the_axis_counts() -> None:
    async with board(*RUNS) as shown:
        seen = [shown.screen.scene.viewport.unit]
        for word in ("x time", "x episodes", "x updates", "x steps"):
            assert word in await shown.press("x")
            seen.append(shown.screen.scene.viewport.unit)
        assert seen == [*XUnit, XUnit.STEP]


async def test_focus_zoom_and_log_axis_are_those_of_the_dashboard() -> None:
    async with board(*RUNS, size=(80, 24)) as shown:
        assert "5 Epsilon" in await shown.press("5")
        zoomed = await shown.press("z", "l")
        assert "5 Epsilon  log y" in zoomed
        assert "7 Runs" not in zoomed
        assert "7 Runs" in await shown.press("escape")
        await shown.press("tab")
        assert shown.screen.scene.selected == "chart-speed"
        await shown.press("shift+tab", "shift+tab")
        assert shown.screen.scene.selected == "chart-loss"


async def test_m_smooths_more_and_is_remembered() -> None:
    async with board(*RUNS) as shown:
        windows = SmoothedSeries.WINDOWS
        before = windows.index(shown.screen.scene.smoothing)
        assert f"ema{windows[before + 1]}" in await shown.press("m")
        assert shown.app.memory.preferences.smoothing == windows[before + 1]


async def test_long_and_wide_tables_are_scrolled() -> None:
    runs = [run_events((1.0,), seed=seed) for seed in range(12)]
    async with board(*runs, size=(80, 24)) as shown:
        assert "run-11" not in await shown.press("7")
        assert "run-11" in await shown.press(*["down"] * 12)
        assert "run-0 " in await shown.press(*["up"] * 9)
        text = await shown.press("8", "z")
        assert "best eval" in text
        assert "best eval" not in await shown.press("right")
        assert "best eval" in await shown.press("left", "left")
        await shown.press("escape", "7", "pageup", "pageup", "pageup")
        assert "run-0 " in await shown.look()
        assert "run-0 " not in await shown.press("pagedown")
        assert shown.screen.scene.viewport.crosshair is None


async def test_help_and_palette_name_what_the_screen_can_do() -> None:
    async with board(*RUNS) as shown:
        text = await shown.press("question_mark")
        assert "group by the next differing setting" in text
        assert "interquartile mean" in text
        rows = [row for table in shown.screen.help_tables() for row in table.rows]
        assert [row for row in rows if len(row[0]) > 11 or len(row[2]) > 44] == []
        await shown.press("escape")
        titles = [command.title for command in shown.screen.commands()]
        assert {"Group by: learning_rate", "Group by: nothing", "x axis: time", "Go to: Results"} <= set(titles)


async def test_live_runs_move() -> None:
    told = run_events((10.0, 20.0), is_over=False)
    async with board(told, RUNS[0]) as shown:
        assert "● 1 live" in await shown.press("M", "M")
        shown.source.news.append(RunNews(0, run_events((10.0, 20.0, 777.0))[-3:]))
        text = await shown.look()
        assert "777" in text
        assert "live" not in text


async def test_reading_is_shown_until_it_is_over() -> None:
    async with board(*RUNS, is_read=False) as shown:
        assert "reading… 4 of 4 runs" in await shown.look()
        shown.source.is_read = True
        assert "compare 4 runs" in await shown.look()


async def test_run_that_can_no_longer_be_read_says_so() -> None:
    async with board(*RUNS) as shown:
        shown.source.news.append(RunNews(1, problem="No such file"))
        assert "unreadable" in await shown.look()


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+c"])
async def test_leaving_a_second_screen_goes_back_to_the_first(key: str) -> None:
    first = CompareScreen(FakeSource([]), marker="braille")
    async with board(*RUNS, below=first) as shown:
        assert "q Back" in await shown.look()
        await shown.press(key)
        assert shown.app.screen is first
        assert shown.source.is_closed
        assert shown.app.is_running


async def test_leaving_the_first_screen_ends_the_application() -> None:
    async with board(*RUNS) as shown:
        assert "q Quit" in await shown.press("escape")
        await shown.pilot.press("q")
    assert shown.app.return_code == 0
    assert shown.source.is_closed


@pytest.mark.parametrize("by", [None, "learning_rate"])
async def test_ascii_screen_is_nothing_but_ascii(by: str | None) -> None:
    async with board(*RUNS, marker="ascii", by=by) as shown:
        assert (await shown.look()).isascii()
        assert (await shown.press("question_mark")).isascii()


async def test_comparison_of_no_values_at_all_says_so() -> None:
    async with board(run_events(())) as shown:
        text = await shown.look()
        assert "no values yet" in text
        assert "nothing to compare" in text
