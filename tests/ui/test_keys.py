"""The effect of each key, and the key bar, help, palette and README generated from the table of keys."""

from __future__ import annotations

import os

import pytest
from textual.command import CommandPalette

from dqn_tui import control, events
from dqn_tui.ui.charts.run_chart import LEGEND
from dqn_tui.ui.dashboard.pane import help_table
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.keys.chart_keys import CHART_KEYS
from dqn_tui.ui.keys.compare_keys import COMPARE_KEYS, TABLE_KEYS
from dqn_tui.ui.keys.dashboard_keys import DASHBOARD_KEYS
from dqn_tui.ui.keys.episode_keys import EPISODE_KEYS
from dqn_tui.ui.keys.key import key_table_markdown
from dqn_tui.ui.keys.play_keys import PLAY_KEYS
from dqn_tui.ui.keys.probe_keys import PROBE_KEYS
from dqn_tui.ui.keys.readme_keys import README_KEYS
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.keys.stop_keys import STOP_KEYS
from dqn_tui.ui.keys.value_keys import VALUE_KEYS
from tests import fakes
from tests.ui.helpers import FEW_SIZES, SIZES, dashboard


@pytest.mark.parametrize("key", ["space", "p"])
async def test_pause_is_shown_when_the_run_confirms_it(key: str) -> None:
    async with dashboard(should_answer=False) as board:
        assert "RUNNING" in await board.press(key)
        assert board.requests == [control.Pause()]
        board.run.emit(events.Paused(step=20_000, time=1_011.0))
        text = await board.look()
        assert "PAUSED" in text
        assert "Resume" in text
        await board.press(key)
        assert board.requests == [control.Pause(), control.Resume()]
        assert "PAUSED" in await board.look()
        board.run.emit(events.Resumed(step=20_000, time=1_012.0, pause_seconds=1.0))
        assert "RUNNING" in await board.look()


async def test_two_quick_presses_pause_and_resume() -> None:
    async with dashboard(should_answer=False) as board:
        await board.press("space", "space")
        assert board.requests == [control.Pause(), control.Resume()]


async def test_single_steps_need_a_pause() -> None:
    async with dashboard() as board:
        text = await board.press("full_stop")
        assert board.requests == []
        assert "Single steps" in text
        await board.press("space")
        await board.press("full_stop")
        assert board.requests[1:] == [control.TakeStep()]
        assert board.view.step == 20_001


async def test_save_requests_a_checkpoint_and_shows_its_path() -> None:
    async with dashboard() as board:
        text = await board.press("s")
        assert board.requests == [control.Save()]
        assert "Checkpoint saved" in text
        assert "1.2 MB" in text


async def test_evaluate_requests_an_evaluation() -> None:
    async with dashboard() as board:
        await board.press("e")
        assert board.requests == [control.Evaluate()]
        assert "400.0" in await board.look()


async def test_digits_and_tab_move_the_focus() -> None:
    async with dashboard() as board:
        for digit, pane in enumerate(
            ("return", "loss", "q", "actions", "td_error", "start_q", "evaluations", "events"), 1
        ):
            await board.press(str(digit))
            assert board.scene.selected == pane
        await board.press("tab")
        assert board.scene.selected == "output"
        await board.press("tab")
        assert board.scene.selected == "phases"
        await board.press("shift+tab", "shift+tab")
        assert board.scene.selected == "events"
        await board.press("1", "shift+tab")
        assert board.scene.selected == PANES[-1].id
        await board.press("tab")
        assert board.scene.selected == "return"


async def test_a_focused_chart_takes_the_large_place_where_it_has_none_of_its_own() -> None:
    async with dashboard((80, 24)) as board:
        text = await board.press("2")
        assert "─ 2 Loss" in text
        assert "1 Return  " in text


@pytest.mark.parametrize(("size", "key"), [*zip(FEW_SIZES, ["z", "enter", "z", "enter"], strict=True)])
async def test_zoom_and_back(size: tuple[int, int], key: str) -> None:
    async with dashboard(size) as board:
        before = await board.look()
        await board.press("3")
        text = await board.press(key)
        assert "3 Q mean" in text
        assert "1 Return" not in text
        await board.press("escape", "1")
        assert (await board.look()).splitlines()[:3] == before.splitlines()[:3]
        await board.press(key)
        await board.press(key)
        assert not board.scene.is_zoomed


async def test_smoothing_walks_through_its_windows() -> None:
    async with dashboard() as board:
        assert "ema20" in await board.look()
        assert "ema50" in await board.press("m")
        assert "Smooth 100" in await board.press("m")
        text = await board.press("m")
        assert "─ raw" in text
        assert "Smooth off" in text
        assert "ema100" in await board.press("M")
        assert "ema50" in await board.press("M")
        assert not board.app._notifications
        await board.press("M", "M")
        assert " raw " in await board.press("M")
        assert board.scene.smoothing == 1


async def test_log_axis_is_for_the_focused_chart() -> None:
    async with dashboard() as board:
        assert "log y" not in await board.look()
        text = await board.press("2", "l")
        assert "2 Loss  log y" in text
        assert "log y, values" not in text
        assert "2 Loss  log y" not in await board.press("l")


async def test_a_log_axis_says_that_values_of_zero_and_less_are_not_on_it() -> None:
    async with dashboard() as board:
        board.run.emit(fakes.progress(20_100, 2_000.0))
        board.run.emit(events.EpisodeEnded(
            step=20_200, time=2_001.0, episode=999, episode_return=-3.0, length=9, is_truncated=False, seconds=9.0
        ))  # fmt: skip
        assert "1 Return  log y, values > 0 only" in await board.press("1", "l")


async def test_a_frozen_view_does_not_change_while_the_run_advances() -> None:
    async with dashboard() as board:
        await board.press("f")
        board.run.emit(fakes.progress(21_240, 1_012.0))
        text = await board.look()
        assert "FROZEN" in text
        assert "+1,240 steps" in text
        assert board.scene.shown.step == 20_000
        assert "updates    4,750" in text
        text = await board.press("f")
        assert "FROZEN" not in text
        assert "updates    5,060" in text


async def test_theme_changes_the_colours() -> None:
    async with dashboard() as board:
        before = board.scene.colors.style("number")
        await board.press("T")
        assert board.scene.colors.style("number") != before


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_help_lists_every_key(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.press("question_mark")
        text = board.app.screen.query("Static").results()
        shown = " ".join(" ".join(str(widget.render()) for widget in text).split())
        for key in board.screen.HELP_KEYS:
            assert key.help in shown
            assert key.shown in shown
        await board.press("escape")
        assert "RUNNING" in await board.look()


async def test_every_key_of_the_contract_is_bound() -> None:
    wanted = (
        "space p full_stop s e w escape f z enter m M l tab 1 2 3 4 5 6 7 8 9 q ctrl+c T question_mark ctrl+p ctrl+z"
    )
    async with dashboard() as board:
        assert set(wanted.split()) <= set(board.app.screen.active_bindings)


def test_no_line_of_the_help_is_wrapped_in_two_columns() -> None:
    everything = (
        *DASHBOARD_KEYS, *CHART_KEYS, *EPISODE_KEYS, *ROLLOUT_KEYS, *VALUE_KEYS, *STOP_KEYS,
        *COMPARE_KEYS, *TABLE_KEYS, *PLAY_KEYS, *PROBE_KEYS,
    )  # fmt: skip
    meanings = [key.help for key in everything]
    meanings += [meaning for table in (help_table(PANES), LEGEND) for _, _, meaning in table.rows]
    assert [meaning for meaning in meanings if len(meaning) > 44] == []


def test_ids_are_unique_and_the_readme_table_is_complete() -> None:
    table = key_table_markdown(README_KEYS)
    everything = (
        *DASHBOARD_KEYS, *CHART_KEYS, *EPISODE_KEYS, *ROLLOUT_KEYS, *VALUE_KEYS, *STOP_KEYS,
        *COMPARE_KEYS, *TABLE_KEYS, *PLAY_KEYS, *PROBE_KEYS,
    )  # fmt: skip
    assert len({key.id for key in everything}) == len(everything)
    for key in (*DASHBOARD_KEYS, *(key for key in everything if key.group != "Program")):
        assert f"| {key.help} |" in table


@pytest.mark.parametrize("size", SIZES)
async def test_the_key_bar_never_cuts_a_key(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        bar = (await board.look()).splitlines()[-1]
        assert "…" not in bar
        assert "q Stop" in bar
        assert "? Help" in bar
        assert "space Pause" in bar


async def test_keys_in_the_bar_can_be_clicked() -> None:
    async with dashboard() as board:
        await board.click("s Save")
        await board.click("space Pause")
        assert board.requests == [control.Save(), control.Pause()]
        assert "one environment step" in await board.click("? Help")


async def test_a_click_focuses_a_chart_and_a_click_on_its_title_enlarges_it() -> None:
    async with dashboard() as board:
        await board.pilot.click("#q", offset=(10, 4))
        await board.look()
        assert board.scene.selected == "q"
        assert not board.scene.is_zoomed
        await board.pilot.click("#loss", offset=(4, 0))
        await board.look()
        assert board.scene.selected == "loss"
        assert board.scene.is_zoomed


async def test_a_click_on_a_row_of_the_state_panel_focuses_that_chart() -> None:
    async with dashboard() as board:
        text = await board.click("5 TD error")
        assert board.scene.selected == "td_error"
        assert "─ 5 TD error" in text
        assert "─ Buffer" in await board.click("Buffer")


async def test_rows_in_two_columns_are_clicked_where_they_are() -> None:
    async with dashboard((80, 24)) as board:
        await board.click("Epsilon")
        assert board.scene.selected == "epsilon"
        await board.press("1")
        await board.click("2 Loss")
        assert board.scene.selected == "loss"


async def test_the_mouse_over_a_chart_shows_step_and_value() -> None:
    async with dashboard() as board:
        await board.pilot.hover("#return", offset=(40, 6))
        assert "step " in (await board.look()).splitlines()[2]


async def test_the_palette_knows_our_actions() -> None:
    async with dashboard() as board:
        commands = {command.title: command for command in board.screen.commands()}
        assert {"Pause", "Save", "Eval", "Watch", "Theme", "Stop", "Go to: Gradient norm"} <= set(commands)
        await commands["Eval"].callback()
        assert board.requests == [control.Evaluate()]
        await board.press("ctrl+p")
        assert isinstance(board.app.screen, CommandPalette)
        await board.press(*"gradient")
        assert "Go to: Gradient norm" in await board.look()
        await board.press("enter", "enter")
        await board.look()
        assert board.scene.selected == "grad_norm"


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_path_of_the_run_folder_is_copied_whole(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.press("y")
        assert board.app.clipboard == os.path.abspath(board.view.run)
        assert "Path copied" in text
    async with dashboard(size, steps=None) as board:
        assert "There is no run folder yet" in await board.press("y")
        assert board.app.clipboard == ""


async def test_after_the_end_training_keys_only_say_so() -> None:
    async with dashboard() as board:
        board.run.emit(fakes.ended(20_000, 1_011.0))
        await board.look()
        for key in ("space", "s", "e", "full_stop"):
            assert "The run is over" in await board.press(key)
        assert board.requests == []
