"""A wrapper that holds an environment to its observation space, in kind and shape, and to numbers as rewards.

NumPy would broadcast an observation of the wrong shape and cast one of the wrong kind, so that a network trains on
numbers that mean nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from dqn_tui.errors import show_value

FORKED_CODE = 70
"""Exit code of a process that the environment forked and let return."""

Check = Callable[[Any], bool]

_INTEGERS = (int, np.integer)
# Kinds of NumPy dtypes.
_NUMBERS = "biuf"
_WHOLE_NUMBERS = "biu"


class CheckedEnvironment(gym.Wrapper[Any, Any, Any, Any]):
    """An environment whose observations, rewards and flags are what Gymnasium's interface promises.

    Bounds are not checked: many environments exceed theirs a little, and learning does not depend on them.

    A process that the environment forks ends where it returns from a call: it would train on beside this one.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self._fits = make_check(env.observation_space)
        self._process = os.getpid()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode.

        Raises:
            ValueError: the observation does not fit the observation space, or there is no info.
        """
        try:
            result: Any = self.env.reset(seed=seed, options=options)
        finally:
            self._end_fork()
        if not isinstance(result, tuple) or len(result) != 2:
            raise self._refuse("reset must return an observation and an info", result)
        if not self._fits(result[0]):
            raise self._refuse(f"reset must return an observation of {self._space}", result[0])
        return result

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an action.

        Raises:
            ValueError: the observation does not fit the observation space, the reward is not a number, or a flag is
                neither true nor false.
        """
        try:
            result: Any = self.env.step(action)
        finally:
            self._end_fork()
        if not isinstance(result, tuple) or len(result) != 5:
            raise self._refuse("step must return observation, reward, terminated, truncated and info", result)
        observation, reward, terminated, truncated, info = result
        if not self._fits(observation):
            raise self._refuse(f"step must return an observation of {self._space}", observation)
        if type(reward) is not float and not _is_number(reward):
            raise self._refuse("step must return a number as reward", reward)
        for flag in (terminated, truncated):
            if type(flag) is not bool and not _is_flag(flag):
                raise self._refuse("step must return true or false as terminated and truncated", flag)
        return observation, reward, terminated, truncated, info

    def _end_fork(self) -> None:
        """End this process if it is one that the environment forked."""
        if os.getpid() != self._process:
            os._exit(FORKED_CODE)

    @property
    def _space(self) -> str:
        return show_value(self.env.observation_space)

    def _refuse(self, rule: str, value: Any) -> ValueError:
        name = self.env.spec.id if self.env.spec else type(self.env.unwrapped).__name__
        return ValueError(f"{name}: {rule}, got {_describe(value)}")


def make_check(space: spaces.Space[Any]) -> Check:
    """Return a check of whether an observation has the kind and shape that its space promises.

    Discrete numbers must also lie within the space, since they are indices.
    """
    if isinstance(space, spaces.Discrete):
        return _make_index_check(space)
    if isinstance(space, spaces.Tuple):
        return _make_tuple_check([make_check(part) for part in space.spaces])
    if isinstance(space, spaces.Dict):
        return _make_mapping_check({key: make_check(part) for key, part in space.spaces.items()})
    if isinstance(space, spaces.MultiDiscrete):
        return _make_array_check(space.shape, _WHOLE_NUMBERS)
    if not isinstance(space, spaces.Box | spaces.MultiBinary):
        # Text and the like: no network takes them.
        return lambda observation: True  # noqa: ARG005
    is_bytes = isinstance(space, spaces.Box) and space.dtype in (np.uint8, np.bool_)
    return _make_array_check(space.shape or (), _WHOLE_NUMBERS if is_bytes else _NUMBERS)


def _make_array_check(shape: tuple[int, ...], kinds: str) -> Check:
    def fits(observation: Any) -> bool:
        if type(observation) is not np.ndarray:
            try:
                observation = np.asarray(observation)
            except ValueError:
                return False
        return observation.shape == shape and observation.dtype.kind in kinds

    return fits


def _make_index_check(space: spaces.Discrete) -> Check:
    first, last = int(space.start), int(space.start) + int(space.n) - 1

    def fits(observation: Any) -> bool:
        if not isinstance(observation, _INTEGERS) and (
            np.ndim(observation) != 0 or np.asarray(observation).dtype.kind not in _WHOLE_NUMBERS
        ):
            return False
        return first <= int(observation) <= last

    return fits


def _make_tuple_check(checks: list[Check]) -> Check:
    def fits(observation: Any) -> bool:
        return (
            isinstance(observation, tuple | list)
            and len(observation) == len(checks)
            and all(check(part) for check, part in zip(checks, observation, strict=True))
        )

    return fits


def _make_mapping_check(checks: Mapping[str, Check]) -> Check:
    def fits(observation: Any) -> bool:
        return isinstance(observation, Mapping) and all(
            key in observation and check(observation[key]) for key, check in checks.items()
        )

    return fits


def _is_number(value: Any) -> bool:
    """Whether a reward is a single number: of Python, of NumPy, or an array without dimensions."""
    if isinstance(value, str | bytes) or np.ndim(value) != 0:
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_flag(value: Any) -> bool:
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in _WHOLE_NUMBERS


def _describe(value: Any) -> str:
    """Describe what an environment returned: an array by shape and dtype, anything else by type and value."""
    if isinstance(value, np.ndarray | np.generic):
        return f"shape {value.shape} and dtype {value.dtype}"
    return f"{type(value).__name__} {show_value(value)}"
