"""A watched episode: any moment of it, however it is reached."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.rollout import RecordedEpisode, RolloutFrame
from dqn_tui.training.episodes import hash_observation
from dqn_tui.training.picture_cache import PictureCache
from dqn_tui.training.policy import Policy
from dqn_tui.training.take import Interrupted, Script, Take
from tests.helpers import quick_config

SEED = 11
ENVIRONMENTS = ("CartPole-v1", "FrozenLake-v1", "Taxi-v4")


class Stage:
    """An environment, and takes of it with a random policy."""

    def __init__(self, env: str, **settings: Any) -> None:
        self.config: Config = quick_config(env=env, **settings)
        self.environment: Environment = make_environment(self.config, should_render=True)
        self.network = QNetwork(self.config, self.environment.spec.spaces, generator=torch.Generator().manual_seed(3))

    def take(self, record: RecordedEpisode | None = None, cache_bytes: int = 1 << 24, **options: Any) -> Take:
        script = Script(Policy(self.network, 7), "live", 1, SEED, record)
        return Take(self.config, self.environment, script, PictureCache(cache_bytes), **options)

    def record(self, actions: list[int]) -> RecordedEpisode:
        """Play actions without a take, and return what training would have recorded."""
        observation, episode_return = self.environment.reset(SEED), 0.0
        for place, action in enumerate(actions):
            result = self.environment.step(action)
            observation, episode_return = result.observation, episode_return + result.reward
            if result.terminated or result.truncated:
                actions = actions[: place + 1]
                break
        taken, last = np.array(actions, np.int64), hash_observation(observation)
        return RecordedEpisode(1, 0, SEED, taken, last, bool(result.truncated), episode_return)


@pytest.fixture(params=ENVIRONMENTS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(request.param)
    yield stage
    stage.environment.close()


@pytest.fixture
def cart() -> Iterator[Stage]:
    stage = Stage("CartPole-v1")
    yield stage
    stage.environment.close()


def fingerprint(frame: RolloutFrame) -> str:
    """Return a hash of everything in a frame that belongs to its moment."""
    picture: object = frame.picture if isinstance(frame.picture, str) else np.asarray(frame.picture).tobytes()
    moment = (picture, frame.step, frame.q_values, frame.action, frame.episode_return, frame.observation, frame.mask)
    return hashlib.sha256(repr((*moment, frame.taken, frame.ending)).encode()).hexdigest()


def play(take: Take, most: int = 60) -> int:
    """Play to the end, or `most` steps; return the number of steps."""
    while not take.is_over and take.known < most:
        take.extend()
    return take.known


def straight(stage: Stage, length: int) -> list[str]:
    """Return the moments of an episode that is played once, by a plain loop, with its pictures on the way."""
    environment, network = stage.environment, stage.network
    observation, total, prints, ending = environment.reset(SEED), 0.0, [], ""
    for step in range(length + 1):
        mask = environment.action_mask
        values = network.q_values(observation[None])[0]
        allowed = values if mask is None or not mask.any() else np.where(mask, values, -np.inf)
        action = int(allowed.argmax())
        kept = observation.ravel() if observation.size <= 64 else np.zeros(0)
        mask_shown = None if mask is None or mask.all() else tuple(mask.tolist())
        frame = RolloutFrame(
            "", 1, step, total, tuple(values.tolist()), action, tuple(kept.tolist()), environment.render(), ending,
            mask_shown,
        )  # fmt: skip
        prints.append(fingerprint(frame))
        if step < length:
            result = environment.step(action)
            observation, total = result.observation, total + result.reward
            ending = "terminated" if result.terminated else "truncated" if result.truncated else ""
    return prints


@pytest.mark.parametrize("cache_bytes", [0, 20_000, 1 << 24])
def test_any_moment_is_the_one_that_playing_straight_to_it_shows(stage: Stage, cache_bytes: int) -> None:
    length = play(stage.take())
    expected = straight(stage, length)
    take = stage.take(cache_bytes=cache_bytes)
    draw = np.random.default_rng(0)
    for step in draw.integers(0, length + 1, 12).tolist():
        while take.known < step:
            take.extend()
        shown = take.frame(step)
        assert shown.ending == "" or shown.step == length
        assert fingerprint(replace(shown, taken=None)) == expected[step]


def test_td_errors_are_those_of_the_definition(cart: Stage) -> None:
    take = cart.take()
    length = play(take, 500)
    trace = take.frame(0).trace
    assert len(trace.values) == length + 1
    assert len(trace.rewards) == len(trace.td_errors) == length
    for step in range(length):
        now, then = take.frame(step), take.frame(step + 1)
        following = 0.0 if then.ending == "terminated" else max(then.q_values)
        expected = 1.0 + cart.config.gamma * following - now.q_values[now.action]
        assert trace.td_errors[step] == pytest.approx(expected, rel=1e-4)
        assert trace.values[step] == max(now.q_values)


def test_rewards_are_scaled_for_td_errors_as_for_learning() -> None:
    stage = Stage("CartPole-v1", reward_scale=0.5)
    take = stage.take()
    take.extend()
    now, then = take.frame(0), take.frame(1)
    expected = 0.5 + stage.config.gamma * max(then.q_values) - max(now.q_values)
    assert take.frame(1).trace.td_errors[0] == pytest.approx(expected, rel=1e-4)
    assert take.frame(1).episode_return == 1.0
    stage.environment.close()


def test_pictures_beyond_the_limit_are_dropped_and_made_again(cart: Stage) -> None:
    cache = PictureCache(20_000)
    take = Take(cart.config, cart.environment, Script(Policy(cart.network, 7), "live", 1, SEED), cache)
    length = play(take)
    first = fingerprint(take.frame(0))
    for step in range(length + 1):
        take.frame(step)
        assert cache.size_bytes <= 20_000
    assert cache.get(0) is None
    assert fingerprint(take.frame(0)) == first


def test_the_cache_keeps_pictures_and_texts_as_they_are_and_forgets_the_oldest() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    cache = PictureCache(2 * len(zlib.compress(noise.data, 1)) + 100)
    cache.put(1, noise)
    cache.put(2, "SFF\x1b[41mH\x1b[0m \udc80")
    assert cache.get(2) == "SFF\x1b[41mH\x1b[0m \udc80"
    cache.put(3, noise)
    assert np.array_equal(cache.get(1), noise)  # type: ignore[arg-type]
    cache.put(4, noise)
    assert cache.get(3) is None
    assert cache.get(1) is not None
    cache.cut(2)
    assert cache.get(4) is None
    cache.put(1, "")
    assert cache.size_bytes < 20


def test_a_recorded_episode_takes_the_recorded_actions_and_says_that_it_came_out_the_same(stage: Stage) -> None:
    actions = np.random.default_rng(1).integers(0, stage.environment.spec.spaces.action_count, 1_000).tolist()
    record = stage.record(actions)
    take = stage.take(record)
    length = len(record.actions)
    assert take.length == length
    assert play(take, 1_000) == length
    last = take.frame(length)
    assert (last.episode_return, last.note) == (record.episode_return, "as recorded")
    assert not last.is_note_warning
    assert last.taken is None
    assert [take.frame(step).taken for step in range(length)] == record.actions.tolist()
    assert take.frame(0).action == int(np.argmax(_allowed(take.frame(0))))


def _allowed(frame: RolloutFrame) -> NDArray[np.float64]:
    return np.where(frame.mask or [True] * len(frame.q_values), frame.q_values, -np.inf)


CHANGES: dict[str, tuple[Callable[[RecordedEpisode], RecordedEpisode], str]] = {
    "return": (lambda record: replace(record, episode_return=3.0), "return is"),
    "observation": (lambda record: replace(record, last_observation=1), "last observation"),
    "longer": (
        lambda record: replace(record, actions=np.append(record.actions, 0)),
        "ends after 9 steps, recorded are 10",
    ),
    "shorter": (lambda record: replace(record, actions=record.actions[:5]), "continues after 5 steps, recorded are 5"),
    "ending": (lambda record: replace(record, is_truncated=True), "it is terminated, recorded is truncated"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_recorded_episode_that_comes_out_differently_says_how(cart: Stage, change: str) -> None:
    record = cart.record([1] * 30)
    alter, words = CHANGES[change]
    take = cart.take(alter(record))
    play(take, 100)
    assert take.is_over
    shown = take.frame(take.known)
    assert words in shown.note
    assert shown.is_note_warning


def test_an_episode_without_a_policy_has_no_q_values(cart: Stage) -> None:
    record = cart.record([1] * 30)
    take = Take(cart.config, cart.environment, Script(None, "none", 1, SEED, record), PictureCache())
    play(take, 100)
    assert take.frame(3).q_values == ()
    assert take.frame(3).taken == 1


def test_an_environment_that_plays_differently_a_second_time_is_owned_up_to(
    cart: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = cart.take(cache_bytes=0)
    length = play(take)
    original, places = Environment.step, iter(range(10_000))

    def drift(self: Environment, action: int) -> Any:
        result = original(self, action)
        return result._replace(observation=result.observation + 1) if next(places) == 3 else result

    monkeypatch.setattr(Environment, "step", drift)
    shown = take.frame(length - 1)
    assert shown.note == "played again, the episode came out differently from step 4 on"
    assert shown.is_note_warning
    assert take.known == 4
    assert take.frame(4).observation[0] > 0.9
    take.extend()
    assert take.known == 5


def test_a_reset_that_comes_out_differently_starts_the_episode_again(
    cart: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = cart.take(cache_bytes=0)
    play(take)
    original = Environment.reset
    monkeypatch.setattr(Environment, "reset", lambda self, _seed: original(self, SEED + 1))
    shown = take.frame(2)
    assert "from step 0 on" in shown.note
    assert (take.known, shown.step) == (0, 0)
    take.extend()
    assert len(take.frame(1).trace.values) == 2


def test_the_way_back_is_left_for_something_else(cart: Stage) -> None:
    wishes = [False]
    take = cart.take(cache_bytes=0, is_interrupted=lambda: wishes[0])
    length = play(take)
    expected = fingerprint(take.frame(length - 2))
    take.frame(length)
    wishes[0] = True
    with pytest.raises(Interrupted):
        take.frame(length - 2)
    wishes[0] = False
    assert fingerprint(take.frame(length - 2)) == expected
