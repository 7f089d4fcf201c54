"""Several environments together match single ones, and never return a reset's observation as a step's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from dqn_tui.envs.batch import Environments
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import UsageError
from tests.envs import toys
from tests.envs.helpers import (
    make_config,
    naive_stream,
    play_open_episodes,
    random_actions,
    replay,
    skip_unless_installed,
    stream,
)
from tests.helpers import one_line

TOLD = make_config("Told-v0", num_envs=2)


@pytest.fixture(scope="module", params=["serial", "parallel"])
def toy_pair(request: pytest.FixtureRequest) -> Iterator[Environments]:
    """Two toys whose observations show what happened to them; the worker processes are started only once."""
    config = TOLD.model_copy(update={"vectorization": request.param})
    environments = make_environments(config, imports=["tests.envs.toys"])
    yield environments
    environments.close()
    environments.close()


def test_together_they_match_single_environments(toy_pair: Environments) -> None:
    assert toy_pair.spec == make_environment(TOLD).spec
    assert toy_pair.count == 2
    actions = random_actions(2, 30, toys.ACTIONS)
    expected = naive_stream(TOLD, actions)
    assert stream(toy_pair, actions) == expected
    assert {event[:2] for event in expected} == {("reset", 0), ("reset", 1), ("step", 0), ("step", 1)}


def test_no_step_ever_returns_the_observation_of_a_reset(toy_pair: Environments) -> None:
    for kind, _, (_, steps, _), *rest in stream(toy_pair, random_actions(2, 30, toys.ACTIONS)):
        assert (steps == 0) == (kind == "reset")
        if kind == "step":
            assert rest[0] >= steps, "each step returns its number as reward, also after an end"


def test_both_kinds_of_end_come_through(toy_pair: Environments) -> None:
    ends = {event[4:6] for event in stream(toy_pair, random_actions(2, 30, toys.ACTIONS)) if event[0] == "step"}
    assert ends == {(False, False), (True, False), (False, True)}


def test_only_the_named_environments_are_reset_and_in_that_order(toy_pair: Environments) -> None:
    toy_pair.reset({0: 20, 1: 30})
    toy_pair.step(np.array([1, 1]))
    observations, masks = toy_pair.reset({1: 41})
    assert observations.tolist() == [[41, 0, 0]]
    assert masks is not None
    assert masks.tolist() == [[False, True, True]]
    steps = toy_pair.step(np.array([2, 2]))
    assert steps.observations.tolist() == [[20, 2, 3], [41, 1, 2]]
    assert steps.action_masks is not None
    assert steps.action_masks.tolist() == [[True, True, False], [True, False, True]]
    observations, _ = toy_pair.reset({1: 51, 0: 60})
    assert observations.tolist() == [[51, 0, 0], [60, 0, 0]]


def test_observations_outlast_a_reset_and_the_next_step(toy_pair: Environments) -> None:
    toy_pair.reset({0: 20, 1: 30})
    first = toy_pair.step(np.array([0, 1])).observations
    toy_pair.reset({1: 41})
    assert first.tolist() == [[20, 1, 0], [30, 1, 1]]
    second = toy_pair.step(np.array([0, 1])).observations
    assert first.tolist() == [[20, 1, 0], [30, 1, 1]]
    assert second.tolist() == [[20, 2, 0], [41, 1, 1]]


def test_open_episodes_of_different_lengths_are_replayed(toy_pair: Environments) -> None:
    seeds, actions, states = play_open_episodes(toy_pair, [2, 5])
    assert replay(toy_pair, seeds, actions) == states
    assert toy_pair.step(np.array([0, 1])).observations[:, 1].tolist() == [3, 6]


def test_an_episode_that_ends_before_its_actions_do_is_none(toy_pair: Environments) -> None:
    nothing, open_episode = replay(toy_pair, [20, 21], [np.zeros(9, np.int64), np.ones(1, np.int64)])
    assert nothing is None
    assert open_episode == ([21, 1, 1], 1.1, [True, False, True])
    observations, _ = toy_pair.reset({0: 22})
    assert observations.tolist() == [[22, 0, 0]]


@pytest.mark.parametrize(("seed", "words"), [(toys.RAISES, "the motor burnt out"), (toys.EXITS, "7")])
def test_an_environments_error_comes_with_its_own_message(toy_pair: Environments, seed: int, words: str) -> None:
    toy_pair.reset({0: 20, 1: seed})
    toy_pair.step(np.array([0, 0]))
    with pytest.raises((toys.UnpicklableError, SystemExit, RuntimeError)) as caught:
        toy_pair.step(np.array([0, 0]))
    assert words in one_line(str(caught.value))
    with pytest.raises((toys.UnpicklableError, SystemExit, RuntimeError), match=words):
        toy_pair.play_again([20, seed], [np.zeros(2, np.int64)] * 2)


ENVIRONMENTS = ["CartPole-v1", "Taxi-v4", "LunarLander-v3", "MinAtar/Seaquest-v1", "ALE/Breakout-v5"]


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_open_episodes_of_real_environments_are_replayed(env_id: str) -> None:
    skip_unless_installed(env_id)
    environments = make_environments(make_config(env_id, num_envs=2, frame_stack=2))
    seeds, actions, states = play_open_episodes(environments, [25, 8])
    stream(environments, random_actions(2, 20, environments.spec.spaces.action_count))
    assert replay(environments, seeds, actions) == states
    environments.close()


def test_native_cartpoles_match_gymnasiums_single_one() -> None:
    config = make_config("CartPole-v1", num_envs=3, vectorization="native")
    actions = random_actions(3, 300, 2)
    environments = make_environments(config)
    assert environments.spec == make_environment(config).spec
    assert stream(environments, actions) == naive_stream(config, actions)
    environments.close()


def test_native_cartpoles_are_truncated_where_gymnasiums_single_one_is() -> None:
    """Pushing the cart to the side on which the pole leans keeps it up."""
    config = make_config("CartPole-v1", num_envs=2, vectorization="native")
    native, serial = make_environments(config), make_environments(config.model_copy(update={"vectorization": "serial"}))
    for environments in (native, serial):
        environments.reset({0: 3, 1: 4})
        environments.step(np.array([0, 1]))
        observations, _ = environments.reset({0: 1, 1: 2})
    length = 0
    ended = np.zeros(2, bool)
    while not ended.all():
        actions = (observations[:, 2] + observations[:, 3] > 0).astype(np.int64)
        steps, same = native.step(actions), serial.step(actions)
        for mine, others in zip(steps[:4], same[:4], strict=True):
            np.testing.assert_array_equal(mine, others)
        observations, ended = steps.observations, steps.terminated | steps.truncated
        length += 1
    assert length == 500
    assert steps.truncated.all()
    assert not steps.terminated.any()


@pytest.mark.parametrize("lengths", [[0, 0, 0], [12, 0, 7], [3, 9, 9]])
def test_episodes_of_native_environments_are_replayed_together(lengths: list[int]) -> None:
    environments = make_environments(make_config("CartPole-v1", num_envs=3, vectorization="native"))
    seeds, actions, states = play_open_episodes(environments, lengths)
    assert replay(environments, seeds, actions) == states
    single = make_environment(make_config("CartPole-v1"))
    for seed, taken, state in zip(seeds, actions, states, strict=True):
        played = single.play_again(seed, taken)
        assert played is not None
        assert played.observation.tolist() == state[0]
    environments.step(np.zeros(3, np.int64))


def test_a_native_episode_that_ends_early_is_none_and_affects_no_other() -> None:
    environments = make_environments(make_config("CartPole-v1", num_envs=2, vectorization="native"))
    seeds, actions, states = play_open_episodes(environments, [0, 20])
    answers = replay(environments, seeds, [np.zeros(30, np.int64), actions[1]])
    assert answers == [None, states[1]]


def test_a_native_environment_that_ended_must_be_reset() -> None:
    environments = make_environments(make_config("CartPole-v1", num_envs=2, vectorization="native"))
    environments.reset({0: 1, 1: 2})
    push = np.zeros(2, np.int64)
    while not environments.step(push).terminated.any():
        pass
    with pytest.raises(RuntimeError, match="must be reset"):
        environments.step(push)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"env": "Acrobot-v1", "vectorization": "native"}, ["'native'", "'serial' or 'parallel'", "Acrobot-v1"]),
        ({"env": "CartPole-v1", "vectorization": "native", "frame_stack": 2}, ["frame_stack must be 1", "got 2"]),
        (
            {"env": "CartPole-v1", "vectorization": "native", "scale_observations": True},
            ["scale_observations must be false", "got true"],
        ),
        ({"env": "CartPol-v1", "vectorization": "native"}, ["CartPole-v1"]),
        ({"env": "CartPol-v1", "vectorization": "serial"}, ["CartPole-v1"]),
        ({"env": "CartPol-v1", "vectorization": "parallel"}, ["CartPole-v1"]),
    ],
)
def test_environments_that_cannot_be_made_this_way_are_refused(settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        make_environments(make_config(**settings))
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message
