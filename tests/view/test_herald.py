"""Which events call the user, how, and when nobody is called."""

from __future__ import annotations

import pytest

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.view.herald import WATCHED_SECONDS, Herald, Notify, choose_notify
from dqn_tui.view.notices import BEST_SECONDS, NEWS_SECONDS, Notices
from dqn_tui.view.run_view import RunView
from tests import fakes

XTERM = {"TERM": "xterm"}
FIRST = fakes.evaluated(1_000, 1_000.0, 20.0, is_best=True)


def pick(*script: Event, now: float | None = None) -> str | None:
    """Return what is told of the last event of a run, after all others."""
    view = RunView()
    for event in (fakes.started(), *script):
        view.apply(event)
    notice = Notices(view).pick(script[-1:], script[-1].time if now is None else now)
    return notice and notice.text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (fakes.ended(50_000, 1_030.0), "CartPole-v1: run completed at step 50,000, best evaluation 437.2"),
        (fakes.ended(9, 1_030.0, "solved"), "CartPole-v1: run solved at step 9, best evaluation 437.2"),
        (
            fakes.ended(9, 1_030.0, "diverged", cause="loss is nan"),
            "CartPole-v1: run diverged at step 9: loss is nan",
        ),
        (fakes.failed(9, 1_030.0), "CartPole-v1: run failed at step 9: ValueError: the environment broke"),
        (
            events.RunInterrupted(step=9, time=1_030.0),
            "CartPole-v1: run interrupted after step 9: its process is gone",
        ),
        (
            fakes.evaluated(2_000, 1_030.0, 30.0, is_best=True),
            "CartPole-v1: new best evaluation 30.0 at step 2,000",
        ),
        (fakes.evaluated(2_000, 1_030.0, 480.0, is_best=True), "CartPole-v1: solved at step 2,000"),
        (fakes.evaluated(2_000, 1_030.0, 10.0), None),
        (fakes.saved(2_000, 1_030.0), None),
        # Whoever asked for it knows.
        (fakes.ended(9, 1_030.0, "stopped"), None),
    ],
)
def test_ends_goal_and_best_evaluations_are_news(event: Event, text: str | None) -> None:
    assert pick(FIRST, event) == text


def test_the_first_evaluation_is_no_news_unless_it_solves_the_task() -> None:
    assert pick(FIRST) is None
    assert pick(fakes.evaluated(1_000, 1_000.0, 475.0, is_best=True)) == "CartPole-v1: solved at step 1,000"


def test_a_task_is_solved_once() -> None:
    again = fakes.evaluated(3_000, 1_001.0, 490.0)
    assert pick(FIRST, fakes.evaluated(2_000, 1_000.0, 480.0, is_best=True), again) is None


def test_the_past_of_a_run_is_no_news() -> None:
    end = fakes.ended(50_000, 1_030.0)
    assert pick(end, now=1_030.0 + NEWS_SECONDS) is not None
    assert pick(end, now=1_030.5 + NEWS_SECONDS) is None


def test_of_several_events_the_end_is_told() -> None:
    view = RunView()
    script = [fakes.started(), FIRST, fakes.evaluated(2_000, 1_000.0, 480.0, is_best=True), fakes.ended(2_000, 1_000.0)]
    for event in script:
        view.apply(event)
    notice = Notices(view).pick(script, 1_000.0)
    assert notice is not None
    assert notice.is_last
    assert "completed" in notice.text


def test_new_bests_are_told_now_and_then() -> None:
    view = RunView()
    notices = Notices(view)
    told = []
    for number in range(2 * int(BEST_SECONDS) // 100 + 2):
        event = fakes.evaluated(number, 1_000.0 + 100 * number, 10.0 + number, is_best=True)
        view.apply(event)
        if notices.pick([event], event.time):
            told.append(number)
    assert told == [1, 7, 13]


class Desk:
    """A herald on a terminal, and what it wrote."""

    def __init__(self, notify: Notify, *, marker: str = "braille") -> None:
        self.now = 1_000.0
        self.written: list[str] = []
        self.view = RunView()
        self.herald = Herald(
            self.view, self.written.append, notify, marker=marker, variables=XTERM, clock=lambda: self.now
        )
        self.take(fakes.started())

    def take(self, *script: Event) -> str:
        """Let events happen, and return what was written since the last time."""
        self.written.clear()
        for event in script:
            self.view.apply(event)
        self.herald.take(script)
        return "".join(self.written)


def best(at: float) -> events.Evaluated:
    return fakes.evaluated(2_000, at, 30.0, is_best=True)


def test_auto_rings_and_notifies_those_who_look_elsewhere() -> None:
    desk = Desk(Notify.AUTO)
    desk.herald.has_focus = False
    desk.take(FIRST)
    assert desk.take(best(1_000.0)) == "\a\x1b]9;CartPole-v1: new best evaluation 30.0 at step 2,000\a"
    desk.herald.has_focus = True
    assert desk.take(fakes.ended(50_000, 1_000.0)) == ""


def test_auto_tells_only_the_end_where_the_terminal_does_not_say_who_looks() -> None:
    desk = Desk(Notify.AUTO)
    desk.take(FIRST)
    desk.now += WATCHED_SECONDS
    assert desk.take(best(desk.now)) == ""
    assert desk.take(fakes.ended(50_000, desk.now)).startswith("\a\x1b]9;CartPole-v1: run completed")


def test_a_run_that_ends_at_once_was_watched() -> None:
    desk = Desk(Notify.AUTO)
    desk.now += WATCHED_SECONDS - 1
    assert desk.take(fakes.ended(50_000, desk.now)) == ""


def test_the_bell_rings_wherever_the_user_works_and_none_is_silent() -> None:
    desk = Desk(Notify.BELL)
    desk.herald.has_focus = True
    desk.take(FIRST)
    assert desk.take(best(1_000.0)) == "\a"
    desk.herald.notify = Notify.NONE
    assert desk.take(fakes.ended(50_000, 1_000.0)) == ""


def test_a_hostile_error_cannot_steer_the_terminal_and_ascii_stays_ascii() -> None:
    desk = Desk(Notify.AUTO, marker="ascii")
    desk.herald.has_focus = False
    written = desk.take(fakes.failed(9, 1_000.0, error="é\x1b]52;c;x\a\x1b\\…\n" + "y" * 9_000))
    assert written.startswith("\a\x1b]9;CartPole-v1: run failed at step 9: ?")
    assert written.isascii()
    assert written.count("\x1b") == 1
    assert len(written) < 300


@pytest.mark.parametrize(
    ("asked", "remembered", "chosen"),
    [
        (None, None, "auto"),
        (None, "none", "none"),
        ("bell", "none", "bell"),
        (None, "\x1b[2J", "auto"),
        ("auto", "bell", "auto"),
    ],
)
def test_what_is_asked_for_is_stronger_than_what_is_remembered(
    asked: str | None, remembered: str | None, chosen: str
) -> None:
    assert choose_notify(asked, remembered) == chosen
