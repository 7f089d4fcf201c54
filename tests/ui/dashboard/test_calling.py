"""The dashboard calls a user who looks elsewhere, and names the window."""

from __future__ import annotations

from functools import partial

import pytest
from textual import events as textual_events

from dqn_tui.preferences import PreferenceFile
from dqn_tui.ui.app.application import DqnTuiApp
from tests import fakes
from tests.ui.helpers import Dashboard, dashboard


class Terminal:
    """What the application sends to its terminal beside pictures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.codes: list[str] = []
        self.titles: list[str] = []
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("TMUX", raising=False)
        monkeypatch.setattr(DqnTuiApp, "write_codes", lambda _, codes: self.codes.append(codes))
        monkeypatch.setattr(DqnTuiApp, "show_window_title", lambda _, text: self.titles.append(text))


async def end(board: Dashboard) -> None:
    board.run.emit(fakes.ended(50_000, board.run.time))
    await board.look()


async def test_the_end_calls_a_user_who_works_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    async with dashboard() as board:
        board.app.post_message(textual_events.AppBlur())
        await board.look()
        await end(board)
    assert len(terminal.codes) == 1
    assert terminal.codes[0].startswith("\a\x1b]9;CartPole-v1: run completed at step 50,000")


async def test_nobody_is_called_to_the_terminal_that_they_work_in(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    async with dashboard() as board:
        board.app.post_message(textual_events.AppBlur())
        board.app.post_message(textual_events.AppFocus())
        await board.look()
        await end(board)
    assert terminal.codes == []


async def test_the_window_is_named_after_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    async with dashboard(steps=None) as board:
        await board.look()
        board.run.play(20_000)
        await board.look()
        await end(board)
    assert terminal.titles[0] == "WAITING CartPole-v1 · dqn-tui"
    assert "RUNNING 40% CartPole-v1 · dqn-tui" in terminal.titles
    assert terminal.titles[-1] == "DONE CartPole-v1 · dqn-tui"


async def test_the_palette_changes_how_users_are_called_now_and_later(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    memory = PreferenceFile()
    async with dashboard(memory=memory) as board:
        callbacks = {command.title: command.callback for command in board.screen.commands()}
        assert {"Notify: auto", "Notify: bell", "Notify: none"} <= callbacks.keys()
        callbacks["Notify: bell"]()
        assert "bell alone" in await board.look()
        await end(board)
    assert memory.preferences.notify == "bell"
    assert terminal.codes == ["\a"]


async def test_what_is_remembered_counts_in_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    memory = PreferenceFile()
    memory.remember(notify="none")
    async with dashboard(memory=memory) as board:
        board.app.post_message(textual_events.AppBlur())
        await board.look()
        await end(board)
    assert terminal.codes == []


async def test_a_driver_without_a_terminal_is_left_alone() -> None:
    async with dashboard() as board:
        for write in (board.app.write_codes, board.app.show_window_title):
            board.app.call_from_anywhere(partial(write, "text"))
        assert "RUNNING" in await board.look()
