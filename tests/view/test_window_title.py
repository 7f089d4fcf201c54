"""The title of the window."""

from __future__ import annotations

from dqn_tui.view.run_view import RunView
from dqn_tui.view.window_title import WindowTitle, describe_run
from tests import fakes

XTERM = {"TERM": "xterm"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_title_is_written_when_its_text_changes_and_at_most_once_a_second() -> None:
    written: list[str] = []
    clock = Clock()
    shown = WindowTitle(written.append, XTERM, clock)
    shown.open()
    for now, text in ((100.0, "a"), (100.5, "b"), (100.9, "b"), (101.0, "b"), (109.0, "b")):
        clock.now = now
        shown.show(text)
    shown.close()
    assert written == ["\x1b[22;0t", "\x1b]2;a\a", "\x1b]2;b\a", "\x1b]2;\a\x1b[23;0t"]


def test_a_title_that_is_opened_again_is_written_again_and_closed_once() -> None:
    written: list[str] = []
    clock = Clock()
    shown = WindowTitle(written.append, XTERM, clock)
    shown.show("before it is open")
    for _ in range(2):
        shown.open()
        shown.open()
        shown.show("a")
        clock.now += 5
        shown.close()
        shown.close()
    assert "".join(written).count("\x1b]2;a\a") == 2
    assert "".join(written).count("\x1b[22;0t") == "".join(written).count("\x1b[23;0t") == 2
    assert "before" not in "".join(written)


def test_a_terminal_without_a_title_gets_nothing() -> None:
    written: list[str] = []
    shown = WindowTitle(written.append, {"TERM": "linux"})
    shown.open()
    shown.show("a")
    shown.close()
    assert written == []


def test_a_run_is_described_by_state_progress_and_environment() -> None:
    view = RunView()
    assert describe_run(view, "Maze-v0") == "WAITING Maze-v0 · dqn-tui"
    for event in fakes.script(21_500):
        view.apply(event)
    assert describe_run(view) == "RUNNING 43% CartPole-v1 · dqn-tui"
    assert describe_run(view, marker="ascii") == "RUNNING 43% CartPole-v1 . dqn-tui"
    view.apply(fakes.ended(50_000, 2_000.0))
    assert describe_run(view) == "DONE CartPole-v1 · dqn-tui"
