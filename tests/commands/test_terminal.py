"""The terminal as it is left behind by a process that exits at once."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator

import pytest

from dqn_tui.commands import terminal as terminal_module
from dqn_tui.commands.terminal import Terminal
from dqn_tui.view.window_title import WindowTitle

RESTORED = b"\x1b[23;0t"


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Terminal]]:
    """The far end of a terminal, and the near end as a command's own."""
    far, near = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal_module, "own_descriptor", lambda _: near)
    monkeypatch.setattr(terminal_module, "STDIN", near)
    yield far, Terminal()
    os.close(far)
    os.close(near)


def test_a_screen_takes_its_title_with_it(screen: tuple[int, Terminal]) -> None:
    far, terminal = screen
    with terminal.lent_to_screen():
        terminal.put_back("bye")
    written = os.read(far, 10_000)
    assert RESTORED in written
    assert written.endswith(b"bye")


def test_a_progress_bar_does_so_while_its_title_is_open(screen: tuple[int, Terminal]) -> None:
    far, terminal = screen
    terminal.title = WindowTitle(lambda _: None, {"TERM": "xterm"})
    terminal.title.open()
    terminal.put_back()
    assert RESTORED in os.read(far, 10_000)


def test_who_never_set_a_title_restores_none(screen: tuple[int, Terminal]) -> None:
    far, terminal = screen
    terminal.put_back()
    assert RESTORED not in os.read(far, 10_000)


def test_a_console_without_titles_is_not_asked_for_one(
    screen: tuple[int, Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    far, terminal = screen
    with terminal.lent_to_screen():
        terminal.put_back()
    assert RESTORED not in os.read(far, 10_000)
