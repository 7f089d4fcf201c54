"""A program's own vector environment: each of its environments is reset explicitly, with a seed of its own.

So it does not matter whether it would reset them itself, in the same step, in the next one, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import concatenate, create_empty_array, iterate
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.actions import Actions
from dqn_tui.envs.foreign import describe
from dqn_tui.envs.observations import make_encoding
from dqn_tui.errors import UsageError

Vector = VectorEnv[Any, Any, Any]
# Before Gymnasium 1.4 the class takes no types.
if TYPE_CHECKING:
    _Wrapper = gym.vector.VectorWrapper[Any, Any, Any]
else:
    _Wrapper = gym.vector.VectorWrapper
_PROBE_STEPS = 3
_NEEDED = (
    "a vector environment must reset single environments, each with its seed: "
    'reset(seed=[1, None], options={"reset_mask": np.array([True, False])}), as gymnasium.vector.SyncVectorEnv does'
)


def check_single_resets(vector: Vector) -> None:
    """Try whether single environments can be reset while the others stay as they are.

    Raises:
        UsageError: they cannot; the line says what is needed.
    """
    try:
        _reset(vector, dict.fromkeys(range(vector.num_envs), 0))
        action = vector.single_action_space.sample()
        for _ in range(_PROBE_STEPS):
            before, *_ = vector.step(_join_actions(vector, [action] * vector.num_envs))
        kept = [repr(row) for row in _rows(vector, before)]
        after = [repr(row) for row in _rows(vector, _reset(vector, {0: 0}))]
    except Exception as error:  # noqa: BLE001 - foreign code
        raise UsageError(f"{_NEEDED}; this one raises: {describe(error)}") from None
    if kept[1:] != after[1:]:
        raise UsageError(f"{_NEEDED}; this one resets others, too")


class OwnGames:
    """The vector environment with encoded observations: `families.family.NativeGames`."""

    def __init__(self, vector: Vector, config: Config) -> None:
        self._encoded = _Encoded(vector, config)
        self.vector: Vector = self._encoded

    def reset(self, seeds: Mapping[int, int]) -> NDArray[Any]:
        """See `NativeGames`."""
        return self._encoded.encode(_reset(self._encoded.env, seeds))


class _Encoded(_Wrapper):
    """Steps take int64 [E] actions and return new arrays [E, *shape]; at an episode's end its last observation."""

    def __init__(self, vector: Vector, config: Config) -> None:
        super().__init__(vector)
        self._encode = make_encoding(vector.single_observation_space, config).encode
        self._decode = Actions(vector.single_action_space, config.action_bins).decode

    def step(self, actions: NDArray[np.int64]) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an action in each environment."""
        joined = _join_actions(self.env, [self._decode(action) for action in actions.tolist()])
        observations, rewards, terminated, truncated, infos = self.env.step(joined)
        _refuse_masks(infos)
        encoded = self.encode(observations)
        for index in np.flatnonzero(infos.get("_final_obs", ())):
            encoded[index] = self._encode(infos["final_obs"][index])
        return encoded, np.array(rewards), np.array(terminated, bool), np.array(truncated, bool), infos

    def encode(self, observations: Any) -> NDArray[Any]:
        """Return a batch of observations as a new array [E, *shape]."""
        return np.stack([self._encode(row) for row in _rows(self.env, observations)])


class FirstOfVector(gym.Env[Any, Any]):
    """The first environment of a vector one as a single environment, for evaluation; the others do the same."""

    def __init__(self, vector: Vector) -> None:
        self._vector = vector
        self.observation_space = vector.single_observation_space
        self.action_space = vector.single_action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode."""
        del options
        seeds: Any = None if seed is None else [seed] * self._vector.num_envs
        observations, infos = self._vector.reset(seed=seeds)
        _refuse_masks(infos)
        return self._first(observations), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action."""
        count = self._vector.num_envs
        observations, rewards, terminated, truncated, infos = self._vector.step(
            _join_actions(self._vector, [action] * count)
        )
        _refuse_masks(infos)
        first = self._first(observations)
        over = [index for index in range(1, count) if terminated[index] or truncated[index]]
        if over and not (terminated[0] or truncated[0]):
            _reset(self._vector, dict.fromkeys(over, 0))
        return first, float(rewards[0]), bool(terminated[0]), bool(truncated[0]), {}

    def close(self) -> None:
        """Free the environment's resources."""
        self._vector.close()

    def _first(self, observations: Any) -> Any:
        return next(iter(_rows(self._vector, observations)))


def _reset(vector: Vector, seeds: Mapping[int, int]) -> Any:
    """Reset the environments that are named; return the observations of all."""
    each: Any = [seeds.get(index) for index in range(vector.num_envs)]
    if len(seeds) == vector.num_envs:
        observations, infos = vector.reset(seed=each)
    else:
        mask = np.array([seed is not None for seed in each])
        observations, infos = vector.reset(seed=each, options={"reset_mask": mask})
    _refuse_masks(infos)
    return observations


def _rows(vector: Vector, observations: Any) -> Iterable[Any]:
    rows: Iterable[Any] = iterate(vector.observation_space, observations)
    return rows


def _join_actions(vector: Vector, actions: Sequence[Any]) -> Any:
    space: Any = vector.single_action_space
    empty: Any = create_empty_array(space, n=len(actions))
    return concatenate(space, actions, empty)


def _refuse_masks(infos: Mapping[str, Any]) -> None:
    if "action_mask" in infos:
        raise UsageError(
            "info['action_mask'] of a vector environment is not supported: pass a function that makes a single one, "
            "and num_envs"
        )
