"""How the dashboard ends: the stop dialog, the end of the run, signals."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from textual.widgets import Static

from dqn_tui import control, events
from dqn_tui.ui.app.application import Departure, DqnTuiApp
from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen
from dqn_tui.ui.dashboard.header import Header
from dqn_tui.ui.dialogs.stop_screen import StopScreen
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from tests import fakes
from tests.ui.helpers import FEW_SIZES, Dashboard, dashboard


def result(board: Dashboard) -> tuple[bool, int | None, int | None]:
    return board.app.is_running, board.app.return_value, board.app.return_code


@pytest.mark.parametrize(("size", "key"), [*zip(FEW_SIZES, ["q", "ctrl+c", "ctrl+q", "q"], strict=True)])
async def test_the_stop_dialog_asks_first(size: tuple[int, int], key: str) -> None:
    async with dashboard(size) as board:
        text = await board.press(key)
        for line in ("Stop training?", "s   Stop and save", "k   Stop without saving", "c   Keep training"):
            assert line in text
        assert board.requests == []


@pytest.mark.parametrize("key", ["c", "escape", "q"])
async def test_cancel_keeps_training(key: str) -> None:
    async with dashboard() as board:
        await board.press("q")
        assert "Stop training?" not in await board.press(key)
        assert board.requests == []


@pytest.mark.parametrize(("key", "should_save"), [("s", True), ("k", False), ("ctrl+c", True)])
async def test_stop_waits_for_the_run_to_end(key: str, should_save: bool) -> None:
    async with dashboard(should_answer=False) as board:
        await board.press("q")
        text = await board.press(key)
        assert board.requests == [control.Stop(should_save=should_save)]
        assert "Finishing the step" in text
        assert board.app.is_running
        await board.press("escape", "c")
        assert isinstance(board.app.screen, StopScreen)
        board.run.emit(*board.run.answers(control.Stop()))
        await board.look()
        assert result(board) == (False, 0, 0)


async def test_the_dialog_names_no_step_that_the_header_leaves_behind() -> None:
    async with dashboard() as board:
        await board.press("q")
        step = f"{board.view.step:,}"
        question = str(board.app.screen.query_one("#question", Static).render())
        assert question
        assert step not in question


async def test_a_click_on_a_button_is_the_key() -> None:
    async with dashboard() as board:
        await board.press("q")
        await board.pilot.click("#kill")
        await board.look()
        assert board.requests == [control.Stop(should_save=False)]


async def test_saving_can_still_be_given_up() -> None:
    async with dashboard(should_answer=False) as board:
        await board.press("q", "s", "k", "s")
        assert board.requests == [control.Stop(should_save=True), control.Stop(should_save=False)]


async def test_a_run_that_never_ends_can_be_left_behind() -> None:
    async with dashboard(should_answer=False) as board:
        await board.press("q", "s")
        assert isinstance(board.app.screen, StopScreen)
        board.app.screen.offer_to_abandon()
        await board.press("s")
        assert result(board) == (False, 1, 1)
        assert board.app.departure is Departure.ABANDONED


@pytest.mark.parametrize(
    ("reason", "code"), [("completed", 0), ("solved", 0), ("stopped", 0), ("diverged", 3), ("failed", 1)]
)
async def test_after_the_end_q_leaves_at_once(reason: str, code: int) -> None:
    async with dashboard() as board:
        is_failed = reason == "failed"
        board.run.emit(fakes.failed(9, 1_011.0) if is_failed else fakes.ended(9, 1_011.0, reason))
        await board.look()
        assert board.app.is_running
        await board.press("q")
        assert result(board) == (False, code, code)


async def test_a_run_that_ends_while_the_dialog_asks_shows_its_summary() -> None:
    async with dashboard() as board:
        await board.press("q")
        board.run.emit(fakes.ended(9, 1_011.0))
        text = await board.look()
        assert "Stop training?" not in text
        assert "Summary" in text
        assert board.app.is_running


@pytest.mark.parametrize("size", FEW_SIZES[1:])
async def test_a_run_that_diverged_names_the_cause(size: tuple[int, int]) -> None:
    async with dashboard(size=size) as board:
        board.run.emit(fakes.ended(9, 1_011.0, "diverged", cause="the reward was nan"))
        rows = (await board.look()).splitlines()
        assert any("cause" in row and "the reward was nan" in row for row in rows)


async def test_a_frozen_view_shows_the_end() -> None:
    async with dashboard() as board:
        await board.press("f")
        board.run.emit(fakes.ended(9, 1_011.0))
        text = await board.look()
        assert "Summary" in text
        assert "FROZEN" not in text


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_a_signal_leaves_once_the_run_is_over(number: signal.Signals, code: int) -> None:
    async with dashboard(should_answer=False) as board:
        board.app.take_signal(number)
        await board.look()
        assert "Finishing the step" in await board.look()
        assert board.app.is_running
        board.run.emit(*board.run.answers(control.Stop()))
        await board.look()
        assert result(board) == (False, code, code)


async def test_a_signal_after_the_end_leaves_at_once() -> None:
    async with dashboard() as board:
        board.run.emit(fakes.ended(9, 1_011.0))
        await board.look()
        board.app.take_signal(signal.SIGTERM)
        await board.look()
        assert result(board) == (False, 143, 143)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_a_signal_before_the_first_picture_is_not_forgotten(number: signal.Signals, code: int) -> None:
    run = fakes.FakeRun(should_answer=False)
    app = DqnTuiApp(DashboardScreen(run, env="CartPole-v1", clock=lambda: run.time, working_clock=lambda: run.time))
    app.take_signal(number)
    async with app.run_test() as pilot:
        await pilot.pause()
        run.emit(fakes.ended(0, 1_011.0, "stopped"))
        await pilot.pause()
    assert (app.return_code, app.was_hung_up) == (code, number == signal.SIGHUP)


async def test_a_failure_says_more_than_the_signal() -> None:
    async with dashboard(should_answer=False) as board:
        board.app.take_signal(signal.SIGTERM)
        await board.look()
        board.run.emit(fakes.failed(9, 1_011.0))
        await board.look()
        assert result(board) == (False, 1, 1)


async def test_a_hangup_ends_only_the_screen() -> None:
    async with dashboard() as board:
        board.app.take_signal(signal.SIGHUP)
        await board.look()
        assert result(board) == (False, 129, 129)
        assert board.app.was_hung_up
        assert board.requests == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_the_player_leaves_for_a_signal_at_once(number: signal.Signals, code: int) -> None:
    rollout = fakes.FakeRollout()
    app = DqnTuiApp(WatchScreen(rollout, title="CartPole-v1"))
    async with app.run_test() as pilot:
        await pilot.pause()
        app.take_signal(number)
        await pilot.pause()
    assert (app.return_code, app.was_lost) == (code, number == signal.SIGHUP)
    assert rollout.is_closed


async def test_a_signal_after_the_screen_changes_nothing() -> None:
    async with dashboard() as board:
        board.app.leave(0)
    board.app.take_signal(signal.SIGTERM)
    assert (result(board), board.app.error, board.app.was_lost) == ((False, 0, 0), None, False)


async def test_news_after_the_end_of_the_screen_is_left_to_the_next_viewer() -> None:
    async with dashboard() as board:
        board.app.leave(0)
    event = fakes.progress(30_000, 1_020.0)
    board.run.emit(event)
    assert board.run.drain() == [event]
    assert (result(board), board.app.error) == ((False, 0, 0), None)


async def test_a_screen_that_ended_by_itself_says_so() -> None:
    async with dashboard() as board:
        board.app.panic("the terminal is gone")
    assert board.app.was_lost
    async with dashboard() as board:
        board.run.emit(fakes.ended(9, 1_011.0))
        await board.look()
        await board.press("q")
    assert not board.app.was_lost


def fail(*_: Any) -> Any:
    password = "hunter" + str(2)
    raise RuntimeError(f"{len(password)} letters")


async def use_until_it_fails(spoil: Callable[[], None], cause: Callable[[Dashboard], Awaitable[None]]) -> Dashboard:
    """The dashboard, after the end that an error gave it; the pilot raises the error again."""
    with suppress(RuntimeError):
        async with dashboard() as board:
            spoil()
            await cause(board)
            while board.app.is_running:
                await board.pilot.pause(0.01)
    return board


async def by_news(board: Dashboard) -> None:
    board.run.emit(fakes.progress(20_100, 1_011.0))


async def by_key(board: Dashboard) -> None:
    await board.pilot.press("m")


@pytest.mark.parametrize(
    ("owner", "method", "cause"),
    [
        (Header, "build_rows", by_news),
        (Header, "content_key", by_key),
        (DashboardScreen, "action_smooth", by_key),
        (DashboardScreen, "_react", by_news),
        (DashboardScreen, "_tick_on_time", by_news),
    ],
)
async def test_an_error_of_the_screen_ends_it_and_is_kept_and_nothing_is_printed(
    owner: type,
    method: str,
    cause: Callable[[Dashboard], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    board = await use_until_it_fails(lambda: monkeypatch.setattr(owner, method, fail), cause)
    assert str(board.app.error) == "7 letters"
    assert board.app.return_code == 1
    assert board.requests == []
    output = capfd.readouterr()
    assert output.out + output.err == ""


async def test_an_error_before_the_first_picture_is_kept_too(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(SceneScreen, "on_mount", fail)
    run = fakes.FakeRun()
    app = DqnTuiApp(DashboardScreen(run, env="CartPole-v1"))
    with suppress(RuntimeError):
        async with app.run_test() as pilot:
            await pilot.pause()
    assert str(app.error) == "7 letters"
    assert capfd.readouterr().err == ""


async def test_the_time_of_a_stop_is_not_shown_as_elapsed() -> None:
    """The first that is heard after it may be the screen's own timer, or an event of the run."""
    async with dashboard() as board:
        while board.run.time < 1_012:
            board.run.time += 1
            text = await board.look()
        assert "00:12 elapsed" in text
        board.run.time += 3_600
        assert "00:12 elapsed" in await board.look()
        board.run.time += 7_200
        board.run.emit(events.EvaluationStarted(step=20_000, time=board.run.time, episodes=10))
        assert "00:12 elapsed" in await board.look()
        board.run.time += 1
        assert "00:13 elapsed" in await board.look()
