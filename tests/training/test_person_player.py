"""A person's steps in an environment: by key, in real time, beside a policy, and in environments that fail."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from dqn_tui.config import parse_config
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.errors import UsageError
from dqn_tui.playing import Agreement, PlayMoment
from dqn_tui.training.person_player import MOST_STEPS_AHEAD, Judge, Loaded, PersonPlayer
from tests import toy
from tests.helpers import wait_until


def _make(env: str | gym.Env[Any, Any]) -> Environment:
    if isinstance(env, str):
        return make_environment(parse_config({"env": env}), should_render=True)
    return Environment(env)


@contextmanager
def _playing(
    env: str | gym.Env[Any, Any], *, is_turn_based: bool = True, judge: Judge | None = None, seed: int = 0
) -> Iterator[PersonPlayer]:
    def load() -> Loaded:
        environment = (
            make_environment(parse_config({"env": env}), should_render=True)
            if isinstance(env, str)
            else Environment(env)
        )
        return Loaded(environment, is_turn_based, judge, "saved @ step 7" if judge else "")

    player = PersonPlayer(load, seed)
    player.start()
    try:
        yield player
    finally:
        player.close()
        player.join(0.5)


def _look(player: PersonPlayer, step: int, episode: int = 1) -> PlayMoment:
    """Return the moment after so many steps of an episode."""

    def is_there() -> bool:
        moment = player.moment
        return moment is not None and (moment.frame.step, moment.frame.episode) == (step, episode)

    wait_until(is_there, f"step {step} of episode {episode}; {player.error}")
    assert player.moment is not None
    return player.moment


class Corridor(gym.Env[Any, Any]):
    """Positions from 0: 1 goes on for a reward of 1, 0 ends; the first position is the seed."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 1_000}  # noqa: RUF012

    def __init__(self, reward: float = 1.0) -> None:
        self.render_mode = "rgb_array"
        self.observation_space = spaces.Box(-np.inf, np.inf, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self._reward = reward
        self._position = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        self._position = seed or 0
        return self._observation, {}

    def step(self, action: Any) -> Any:
        self._position += int(action)
        return self._observation, self._reward * float(action), action == 0, False, {}

    def render(self) -> Any:
        return np.zeros((8, 8, 3), np.uint8)

    @property
    def _observation(self) -> np.ndarray[Any, Any]:
        return np.array([self._position], np.float32)


def test_each_key_is_one_step() -> None:
    with _playing(Corridor()) as player:
        _look(player, 0)
        player.press("1")
        moment = _look(player, 1)
        assert (moment.taken, moment.frame.episode_return, moment.frame.observation) == (1, 1.0, (1.0,))
        assert moment.best_return is None
        player.press("z")
        player.press("0")
        moment = _look(player, 2)
        assert (moment.taken, moment.frame.ending, moment.best_return) == (0, "terminated", 1.0)


def test_no_more_than_a_few_keys_wait_for_a_slow_environment() -> None:
    with _playing(Corridor()) as player:
        _look(player, 0)
        with player._condition:
            for _ in range(5):
                player.press("1")
            assert len(player._steps) == MOST_STEPS_AHEAD
        _look(player, MOST_STEPS_AHEAD)


def test_new_episodes_count_their_seeds_up_and_the_same_can_be_played_again() -> None:
    with _playing(Corridor(), seed=40) as player:
        assert _look(player, 0).seed == 40
        player.start_new_episode(is_same=False)
        moment = _look(player, 0, episode=2)
        assert (moment.seed, moment.frame.observation) == (41, (41.0,))
        player.start_new_episode(is_same=True)
        assert _look(player, 0, episode=3).seed == 41


def test_after_the_end_only_a_new_episode_goes_on() -> None:
    with _playing(Corridor()) as player:
        _look(player, 0)
        player.press("0")
        assert _look(player, 1).frame.ending == "terminated"
        player.press("1")
        player.start_new_episode(is_same=False)
        assert _look(player, 0, episode=2).frame.ending == ""


def test_the_best_return_is_kept_over_episodes() -> None:
    with _playing(Corridor()) as player:
        for episode, steps in enumerate((2, 3, 1), 1):
            for step in range(steps):
                _look(player, step, episode)
                player.press("1")
            _look(player, steps, episode)
            player.press("0")
            _look(player, steps + 1, episode)
            player.start_new_episode(is_same=False)
        assert _look(player, 0, 4).best_return == 3.0


def test_a_policy_that_looks_on_is_compared_with_each_step() -> None:
    def judge(_: Environment, observation: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], int]:
        values = np.array([observation[0], 1.5], np.float32)
        return values, int(values.argmax())

    with _playing(Corridor(), judge=judge) as player:
        moment = _look(player, 0)
        assert (moment.frame.q_values, moment.frame.action, moment.frame.policy) == ((0.0, 1.5), 1, "saved @ step 7")
        for step in range(3):
            player.press("1")
            moment = _look(player, step + 1)
        assert moment.agreement == Agreement(2, 3, 0)
        assert moment.frame.action == 0


def test_real_time_waits_for_the_first_key_and_then_goes_on_by_itself() -> None:
    with _playing(Corridor(), is_turn_based=False) as player:
        assert _look(player, 0).is_waiting
        player.press("1")
        wait_until(lambda: player.moment is not None and player.moment.frame.step > 20, "twenty steps")
        player.toggle_pause()
        player.press("0")
        player.toggle_stepwise()
        assert player.is_stepwise
        assert not player.is_paused
        player.press("0")
        wait_until(lambda: player.moment is not None and player.moment.frame.ending != "", "the end")


def test_texts_and_slow_pictures_are_played_step_by_step() -> None:
    with _playing("FrozenLake-v1", is_turn_based=False) as player:
        assert isinstance(_look(player, 0).frame.picture, str)
        assert player.is_stepwise


def test_an_action_that_is_not_allowed_is_not_taken() -> None:
    with _playing(toy.Fork(mask=True)) as player:
        assert _look(player, 0).frame.mask == (False, True)
        player.press("0")
        player.press("1")
        assert _look(player, 1).taken == 1


def test_speed_stays_within_its_bounds() -> None:
    with _playing(Corridor()) as player:
        for _ in range(10):
            player.change_speed(+1)
        assert player.speed == 16
        for _ in range(10):
            player.change_speed(-1)
        assert player.speed == 0.25


def test_nan_rewards_are_shown_and_are_never_the_best() -> None:
    with _playing(Corridor(math.nan)) as player:
        _look(player, 0)
        player.press("0")
        moment = _look(player, 1)
        assert math.isnan(moment.frame.episode_return)
        assert moment.best_return is None


def test_an_environment_that_fails_ends_the_session_with_one_line() -> None:
    with _playing("Toy/RaisesAtOnce-v0") as player:
        _look(player, 0)
        player.press("0")
        wait_until(lambda: player.error is not None, "an error")
        assert player.error == "RuntimeError: the motor burnt out"


class RaisesAtReset(Corridor):
    """Raises an interrupt of its own instead of an observation."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        raise KeyboardInterrupt("no tracks")


def test_a_reset_that_raises_ends_the_session_with_one_line() -> None:
    with _playing(RaisesAtReset()) as player:
        wait_until(lambda: player.error is not None, "an error")
        assert player.error == "KeyboardInterrupt: no tracks"
        assert player.moment is None


class Hangs(Corridor):
    """Never returns from a step, until a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs, self.may_go_on = threading.Event(), threading.Event()

    def step(self, action: Any) -> Any:
        self.hangs.set()
        assert self.may_go_on.wait(60)
        return super().step(action)


def test_an_environment_that_hangs_is_seen_and_left() -> None:
    env = Hangs()
    with _playing(env) as player:
        _look(player, 0)
        player.press("0")
        assert env.hangs.wait(30)
        assert player.busy_seconds > 0
        player.close()
        assert not player.join(0.05)
        env.may_go_on.set()
        assert player.join(30)


def test_what_cannot_be_loaded_is_kept_as_the_failure() -> None:
    heard: list[bool] = []

    def load() -> Loaded:
        raise UsageError("unknown environment 'Nope-v0'")

    player = PersonPlayer(load, 0, lambda: heard.append(True))
    player.start()
    wait_until(lambda: bool(heard), "the failure")
    assert isinstance(player.failure, UsageError)
    assert player.error == "unknown environment 'Nope-v0'"
    assert player.join(0.0)
