"""Environments that render: one thread at a time, as pygame needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from dqn_tui.envs import turns
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from tests.envs.helpers import make_config
from tests.helpers import LIMIT_SECONDS

MEETING_SECONDS = 0.1
"""How long each call waits for another one; they meet only where calls overlap."""

CALLS: dict[str, Callable[[Environment], Any]] = {
    "reset": lambda environment: environment.reset(1),
    "step": lambda environment: environment.step(0),
    "render": lambda environment: environment.render(),
    "close": lambda environment: environment.close(),
}

_meeting = threading.Barrier(2)
_overlaps: list[str] = []


class Meeting(gym.Env[Any, Any]):
    """Notes each call during which another thread is in a call, too."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"]}  # noqa: RUF012 - Gymnasium's own form
    observation_space = spaces.Box(0, 1, (1,), np.float32)
    action_space = spaces.Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        if render_mode:
            _meet("make")

    def reset(self, **_: Any) -> Any:
        _meet("reset")
        return np.zeros(1, np.float32), {}

    def step(self, _: Any) -> Any:
        _meet("step")
        return np.zeros(1, np.float32), 0.0, False, False, {}

    def render(self) -> Any:
        _meet("render")
        return np.zeros((2, 2, 3), np.uint8)

    def close(self) -> None:
        if self.render_mode:
            _meet("close")


def _meet(call: str) -> None:
    try:
        _meeting.wait(MEETING_SECONDS)
    except threading.BrokenBarrierError:
        _meeting.reset()
    else:
        _overlaps.append(call)


@pytest.fixture(autouse=True)
def meetings() -> Iterator[None]:
    gym.register("test/Meeting-v0", f"{__name__}:Meeting")
    _overlaps.clear()
    yield
    del gym.registry["test/Meeting-v0"]


def make(*, should_render: bool = True) -> Environment:
    return make_environment(make_config("test/Meeting-v0"), should_render=should_render)


def make_ready(*, should_render: bool = True) -> Environment:
    environment = make(should_render=should_render)
    environment.reset(1)
    return environment


def run_together(*calls: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS)


def test_two_rendering_environments_are_made_one_after_the_other() -> None:
    run_together(make, make)
    assert _overlaps == []


@pytest.mark.parametrize("call", CALLS)
def test_two_rendering_environments_take_turns(call: str) -> None:
    first, second = make_ready(), make_ready()
    run_together(lambda: CALLS[call](first), lambda: CALLS[call](second))
    assert _overlaps == []


def test_the_calls_of_environments_that_do_not_render_overlap() -> None:
    first, second = make_ready(should_render=False), make_ready(should_render=False)
    while not _overlaps:
        run_together(lambda: first.step(0), lambda: second.step(0))
    assert set(_overlaps) == {"step"}


def test_an_environment_that_does_not_return_holds_no_other_off_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = make_ready()
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.01)
    with turns.take_turn(), pytest.raises(RuntimeError, match=r"has not returned for 0\.01 s"):
        environment.render()
