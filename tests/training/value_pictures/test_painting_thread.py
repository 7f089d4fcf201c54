"""The thread of the pictures: it paints what is asked for last, rests while nobody looks, and ends when closed."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, cast

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.training.value_pictures import painting_thread
from dqn_tui.training.value_pictures.easel import Easel
from dqn_tui.training.value_pictures.painting_thread import PaintingThread
from dqn_tui.value_pictures import ValuePicture, ValueQuery
from tests.helpers import Follower, wait_until

SAVED = PolicyChoice("step_000000001", 1)


class FakeEasel:
    """Paints pictures of nothing, and counts them."""

    def __init__(self) -> None:
        self.painted: list[ValueQuery] = []
        self.is_closed = False
        self.problem: Exception | None = None

    def paint(self, query: ValueQuery) -> ValuePicture:
        self.painted.append(query)
        if self.problem:
            raise self.problem
        return ValuePicture(query, "live", 1, 0.99, (), None, None, ())

    def close(self) -> None:
        self.is_closed = True


def start(easel: FakeEasel) -> PaintingThread:
    return PaintingThread(lambda: cast(Easel, easel))


def test_the_live_policy_is_painted_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting_thread, "LEAST_SECONDS", 0.001)
    easel = FakeEasel()
    thread = start(easel)
    wait_until(lambda: len(easel.painted) >= 3, "three pictures")
    thread.close()
    assert thread.join(10)
    assert easel.is_closed


def test_a_checkpoint_is_painted_once_and_what_is_asked_for_at_once() -> None:
    easel = FakeEasel()
    thread = start(easel)
    query = ValueQuery(policy=SAVED)
    thread.ask(query)
    wait_until(lambda: thread.picture is not None and thread.picture.query == query, "the picture")
    count = len(easel.painted)
    thread.ask(query)
    thread.ask(replace(query, moment=3))
    wait_until(lambda: easel.painted[-1].moment == 3, "the next picture")
    assert len(easel.painted) == count + 1
    thread.close()
    assert thread.join(10)


def test_nothing_is_painted_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting_thread, "LEAST_SECONDS", 0.0)
    easel, may_load = FakeEasel(), threading.Event()

    def load() -> Any:
        may_load.wait()
        return easel

    thread = PaintingThread(load)
    thread.show(is_shown=False)
    may_load.set()
    thread.ask(ValueQuery(moment=1))
    assert easel.painted == []
    thread.show(is_shown=True)
    wait_until(lambda: bool(easel.painted), "a picture")
    assert easel.painted[0].moment == 1
    thread.close()
    assert thread.join(10)


def test_an_error_is_said_and_the_next_query_can_do_better() -> None:
    easel = FakeEasel()
    easel.problem = ValueError("no such state\nat all")
    thread = start(easel)
    wait_until(lambda: thread.error is not None, "the error")
    assert thread.error == "ValueError: no such state"
    easel.problem = None
    thread.ask(ValueQuery(moment=1))
    wait_until(lambda: thread.picture is not None and thread.error is None, "a picture")
    thread.close()
    assert thread.join(10)


def test_an_easel_that_cannot_be_made_ends_the_thread_with_one_line() -> None:
    def fail() -> Any:
        raise UsageError("there is no environment")

    thread = PaintingThread(fail)
    assert thread.join(10)
    assert thread.error == "there is no environment"
    assert thread.picture is None


def test_a_run_paints_its_live_policy_with_visits_and_after_its_end_the_last_one(tmp_path: Any) -> None:
    follower = Follower(tmp_path, env="FrozenLake-v1", total_timesteps=300)
    pictures = follower.run.start_value_pictures()
    wait_until(lambda: pictures.picture is not None or pictures.error is not None, "a picture")
    assert pictures.error is None
    follower.finish()
    pictures.ask(ValueQuery(moment=1))
    wait_until(lambda: pictures.picture is not None and pictures.picture.query.moment == 1, "the last picture")
    assert pictures.picture is not None
    assert pictures.picture.step == 300
    assert pictures.picture.overview is not None
    assert pictures.picture.overview.visits is not None
    assert follower.run.close_rollouts(10)
