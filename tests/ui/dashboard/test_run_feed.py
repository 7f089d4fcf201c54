"""The connection between a screen and a run."""

from __future__ import annotations

from dqn_tui import control
from dqn_tui.ui.dashboard.run_feed import RunFeed
from dqn_tui.view.run_view import RunView
from tests import fakes


def make_feed(run: fakes.FakeRun) -> tuple[RunFeed, list[str]]:
    """A feed of a started run, and a list that grows with every notice to the screen."""
    feed, notices = RunFeed(run, RunView(), lambda: run.time, lambda: run.time), list[str]()
    feed.start(lambda: notices.append("news"))
    return feed, notices


def test_many_events_wake_the_screen_once() -> None:
    run = fakes.FakeRun()
    feed, notices = make_feed(run)
    for step in range(1, 50):
        run.emit(fakes.progress(step, run.time))
    assert notices == ["news"]
    assert len(feed.take()) == 49
    assert feed.view.step == 49
    run.emit(fakes.progress(50, run.time))
    assert notices == ["news", "news"]


def test_a_pause_that_the_run_confirms_late_is_still_ended_by_the_second_press() -> None:
    run = fakes.FakeRun(should_answer=False)
    feed, _ = make_feed(run)
    feed.toggle_pause()
    feed.toggle_pause()
    run.emit(*run.answers(control.Pause()), *run.answers(control.Resume()))
    feed.take()
    feed.toggle_pause()
    assert run.requests == [control.Pause(), control.Resume(), control.Pause()]


def test_a_pause_from_elsewhere_is_ended_by_the_first_press() -> None:
    run = fakes.FakeRun()
    feed, _ = make_feed(run)
    run.emit(*run.answers(control.Pause()))
    feed.take()
    feed.toggle_pause()
    assert run.requests == [control.Resume()]


def test_time_in_which_the_process_was_stopped_is_no_time_of_the_run() -> None:
    run = fakes.FakeRun()
    stopped = 0.0
    feed = RunFeed(run, RunView(), lambda: run.time, lambda: run.time - stopped)
    feed.start(lambda: None)
    run.emit(fakes.started(run.time))
    feed.take()
    run.time += 10
    feed.read_clock()
    run.time, stopped = run.time + 3_600, 3_598
    feed.read_clock()
    assert feed.view.elapsed_seconds(feed.now) == 12
