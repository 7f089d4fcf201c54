"""Environments held to their observation space, to numbers as rewards, and to flags."""

from __future__ import annotations

import os
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.config import Config
from dqn_tui.envs.checked import FORKED_CODE, CheckedEnvironment, make_check
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.vector import make_environments
from tests import toy
from tests.envs.helpers import make_config
from tests.envs.toys import Sampled
from tests.helpers import one_line

VECTOR = spaces.Box(-1, 1, (3,), np.float32)
IMAGE = spaces.Box(0, 255, (5, 6, 3), np.uint8)
BOTH = spaces.Dict(number=spaces.Discrete(3), vector=VECTOR)
PAIR = spaces.Tuple((spaces.Discrete(3), VECTOR))
SPACES: list[spaces.Space[Any]] = [
    VECTOR,
    IMAGE,
    BOTH,
    PAIR,
    spaces.Discrete(5, start=-2),
    spaces.MultiDiscrete([2, 3]),
    spaces.MultiBinary(4),
    spaces.MultiBinary([2, 3]),
    spaces.Box(-1, 1, (2, 3), np.float64),
    spaces.Box(0, 9, (4,), np.int64),
    spaces.Box(0, 1, (10, 10, 4), np.dtype(bool).type),
    spaces.Box(-1, 1, (), np.float32),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
@given(seed=st.integers(0, 2**31 - 1))
def test_every_sample_of_a_space_fits_it(space: spaces.Space[Any], seed: int) -> None:
    space.seed(seed)
    assert make_check(space)(space.sample())


@pytest.mark.parametrize(
    ("space", "observation"),
    [
        (VECTOR, np.zeros(3)),
        (VECTOR, np.full(3, 99.0, np.float32)),
        (VECTOR, np.zeros(3, np.int64)),
        (VECTOR, [0, 0.5, 1]),
        (VECTOR, (np.float32(0), 0, 0)),
        (VECTOR, np.full(3, np.nan, np.float32)),
        (IMAGE, np.zeros((5, 6, 3), np.int64)),
        (spaces.Discrete(3), np.int64(2)),
        (spaces.Discrete(3), np.array(2)),
        (PAIR, [2, np.zeros(3, np.float32)]),
        (BOTH, {"number": 1, "vector": [0, 0, 0], "more": "is ignored"}),
        (spaces.MultiDiscrete([2, 3]), [1, 2]),
    ],
)
def test_observations_of_another_container_width_or_range_fit(space: spaces.Space[Any], observation: Any) -> None:
    assert make_check(space)(observation)


@pytest.mark.parametrize(
    ("space", "observation"),
    [
        (VECTOR, np.zeros(1, np.float32)),
        (VECTOR, np.float32(0)),
        (VECTOR, 0.0),
        (VECTOR, np.zeros((1, 3), np.float32)),
        (VECTOR, np.zeros(4, np.float32)),
        (VECTOR, np.array(["a", "b", "c"])),
        (VECTOR, np.zeros(3, complex)),
        (VECTOR, np.array([1, None, 2], object)),
        (VECTOR, [[1, 2], [3]]),
        (VECTOR, None),
        (VECTOR, "abc"),
        (VECTOR, {"x": 1}),
        (IMAGE, np.zeros((5, 6, 3), np.float32)),
        (IMAGE, np.zeros((5, 6), np.uint8)),
        (IMAGE, np.zeros((3, 5, 6), np.uint8)),
        (spaces.Discrete(3), 3),
        (spaces.Discrete(3), -1),
        (spaces.Discrete(3, start=1), 0),
        (spaces.Discrete(3), 1.0),
        (spaces.Discrete(3), np.array([1])),
        (spaces.Discrete(3), None),
        (spaces.Discrete(3), "1"),
        (PAIR, (1,)),
        (PAIR, (1, np.zeros(2))),
        (PAIR, np.zeros(2)),
        (BOTH, {"number": 1}),
        (BOTH, {"number": 7, "vector": np.zeros(3)}),
        (BOTH, (1, np.zeros(3))),
        (spaces.MultiDiscrete([2, 3]), np.zeros(2)),
    ],
)
def test_observations_of_another_shape_or_kind_do_not_fit(space: spaces.Space[Any], observation: Any) -> None:
    assert not make_check(space)(observation)


FINE = np.zeros(3, np.float32)


class Scripted(gym.Env[Any, Any]):
    """An environment with fixed results."""

    observation_space = VECTOR
    action_space = spaces.Discrete(2)

    def __init__(self, start: Any = (FINE, {}), result: Any = None) -> None:
        self.start, self.result = start, result

    def reset(self, **_: Any) -> Any:
        return self.start

    def step(self, action: Any) -> Any:  # noqa: ARG002
        return self.result


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            (np.zeros(1), 0.0, False, False, {}),
            ["of Box(-1.0, 1.0, (3,), float32), got shape (1,) and dtype float64"],
        ),
        (([1, 2], 0.0, False, False, {}), ["observation", "got list [1, 2]"]),
        ((FINE, None, False, False, {}), ["number as reward", "got NoneType None"]),
        ((FINE, "1.0", False, False, {}), ["number as reward", "got str '1.0'"]),
        ((FINE, np.zeros(1), False, False, {}), ["number as reward", "shape (1,)"]),
        ((FINE, 1j, False, False, {}), ["number as reward", "1j"]),
        ((FINE, 0.0, np.array([True]), False, {}), ["terminated and truncated", "shape (1,) and dtype bool"]),
        ((FINE, 0.0, False, None, {}), ["terminated and truncated", "got NoneType None"]),
        ((FINE, 0.0, "no", False, {}), ["terminated and truncated", "got str 'no'"]),
        ((FINE, 0.0, 0.5, False, {}), ["terminated and truncated", "got float 0.5"]),
        ((FINE, 0.0, False, {}), ["step must return observation, reward, terminated, truncated and info", "got tuple"]),
        (None, ["step must return observation", "NoneType"]),
    ],
)
def test_a_step_that_breaks_the_interface_is_refused_with_the_rule_and_what_came(result: Any, words: list[str]) -> None:
    env = CheckedEnvironment(Scripted(result=result))
    with pytest.raises(ValueError, match=r"^Scripted: step must return") as caught:
        env.step(0)
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message


@pytest.mark.parametrize("start", [FINE, (FINE,), (np.zeros(2), {}), None])
def test_a_reset_that_breaks_the_interface_is_refused(start: Any) -> None:
    with pytest.raises(ValueError, match=r"^Scripted: reset must return"):
        CheckedEnvironment(Scripted(start)).reset(seed=1)


@pytest.mark.parametrize("reward", [1, True, np.float32(1), np.array(1.0), np.int8(1), float("nan")])
@pytest.mark.parametrize("flag", [True, 1, np.bool_(1), np.array(1)])
def test_numbers_and_flags_of_any_type_pass(reward: Any, flag: Any) -> None:
    environment = Environment(Scripted(result=(FINE, reward, flag, flag, {})))
    environment.reset(1)
    step = environment.step(0)
    assert (type(step.reward), step.terminated, step.truncated) == (float, True, True)


@pytest.mark.parametrize("frame_stack", [1, 3])
def test_an_observation_whose_shape_changes_in_mid_run_is_refused(frame_stack: int) -> None:
    env = Sampled(VECTOR)
    environment = Environment(env, Config(frame_stack=frame_stack))
    environment.reset(1)
    environment.step(0)
    env._sample = lambda: np.zeros(1, np.float32)  # type: ignore[method-assign]
    with pytest.raises(ValueError, match=r"Sampled: step must return an observation of Box.*got shape \(1,\)"):
        environment.step(0)


@pytest.mark.parametrize("vectorization", ["serial", "parallel"])
def test_the_error_names_the_environment_and_comes_through_from_workers(vectorization: str) -> None:
    config = make_config("Toy/Shrinks-v0", num_envs=2, vectorization=vectorization)
    environments = make_environments(config, ["tests.toy"])
    environments.reset({0: 1, 1: 2})
    for _ in range(toy.FAULT_STEP - 1):
        environments.step(np.zeros(2, np.int64))
    with pytest.raises((ValueError, RuntimeError), match=r"Toy/Shrinks-v0: step must return .* got shape \(\)"):
        environments.step(np.zeros(2, np.int64))
    environments.close()


def test_checks_change_nothing_of_what_an_environment_returns() -> None:
    environment, plain = make_environment(make_config("Acrobot-v1")), gym.make("Acrobot-v1")
    np.testing.assert_array_equal(environment.reset(3), plain.reset(seed=3)[0])
    for action in (0, 1, 2, 2):
        step, expected = environment.step(action), plain.step(action)
        np.testing.assert_array_equal(step.observation, expected[0])
        assert step[1:] == expected[1:4]


class Forking(gym.Env[Any, Any]):
    """Forks in each call, and lets the child return or raise."""

    observation_space = VECTOR
    action_space = spaces.Discrete(2)

    def __init__(self, *, does_raise: bool) -> None:
        self.does_raise = does_raise
        self.children: list[int] = []

    def reset(self, **_: Any) -> Any:
        self._fork()
        return np.zeros(3, np.float32), {}

    def step(self, _: Any) -> Any:
        self._fork()
        return np.zeros(3, np.float32), 0.0, False, False, {}

    def _fork(self) -> None:
        if child := os.fork():
            self.children.append(child)
        elif self.does_raise:
            raise RuntimeError


@pytest.mark.parametrize("does_raise", [False, True])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_process_that_the_environment_forks_never_trains_on(does_raise: bool) -> None:
    forking = Forking(does_raise=does_raise)
    environment = CheckedEnvironment(forking)
    environment.reset()
    environment.step(0)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in forking.children]
    assert codes == [FORKED_CODE, FORKED_CODE]
