"""Environments that come as one: Gymnasium's CartPole in NumPy, the Arcade Learning Environment in C++.

Both would reset an environment by themselves, in the step after its end, whose action then counts for nothing. It never
comes to that: they are reset one by one before they step on.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs import atari
from dqn_tui.envs.batch import Steps
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.make import make_environment
from dqn_tui.errors import UsageError

_CARTPOLE = "gymnasium.envs.classic_control.cartpole:CartPoleVectorEnv"
_ATARI = "ale_py.vector_env:AtariVectorEnv"


def make_native_environments(config: Config) -> NativeEnvironments:
    """The vector environment that the environment's package brings.

    Raises:
        UsageError: the environment cannot be made, or there is none that can be reset one by one.
    """
    environment = make_environment(config)
    environment.close()
    check_native(config)
    is_atari = gym.spec(config.env).vector_entry_point == _ATARI
    return NativeEnvironments(environment.spec, _AtariGames(config) if is_atari else _CartPoles(config))


def check_native(config: Config) -> None:
    """See that the environment, which Gymnasium knows, has a vector environment that can be reset one by one.

    Raises:
        UsageError: it has none, or a setting does not go with it.
    """
    entry_point = gym.spec(config.env).vector_entry_point
    if entry_point == _ATARI:
        return
    if entry_point != _CARTPOLE:
        raise UsageError(
            f"vectorization must be 'serial' or 'parallel' for {config.env}, got 'native': only CartPole and Atari "
            "games have a vector environment of their own that can be used here"
        )
    if config.frame_stack > 1:
        raise UsageError(
            f"frame_stack must be 1 for {config.env} with vectorization 'native', got {config.frame_stack}"
        )
    if config.scale_observations:
        raise UsageError(f"scale_observations must be false for {config.env} with vectorization 'native', got true")


class _Games(Protocol):
    """What differs between vector environments: how they are made, and how some of them are reset."""

    vector: VectorEnv[Any, Any, Any]

    def reset(self, seeds: Mapping[int, int]) -> NDArray[Any]:
        """Reset those that are named; observations of all, [E, *shape]."""


class NativeEnvironments:
    """Several environments as one: `batch.Environments`."""

    def __init__(self, spec: EnvironmentSpec, games: _Games) -> None:
        self.spec = spec
        self.count = games.vector.num_envs
        self._games = games
        self._must_reset = np.ones(self.count, bool)

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], None]:
        """See `batch.Environments`."""
        indices = list(seeds)
        self._must_reset[indices] = False
        return self._games.reset(seeds)[indices], None

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """See `batch.Environments`."""
        if self._must_reset.any():
            raise RuntimeError(f"environments {np.flatnonzero(self._must_reset)} must be reset before they step")
        observations, rewards, terminated, truncated, _ = self._games.vector.step(actions)
        self._must_reset = terminated | truncated
        return Steps(observations, rewards.astype(np.float64), terminated, truncated, None)

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """See `batch.Environments`.

        All must step at once, so the shorter episodes begin later and all end together; what an environment does
        before its episode begins counts for nothing.
        """
        lengths = np.array([len(taken) for taken in actions])
        observations = np.zeros((self.count, *self.spec.spaces.observation_shape), self.spec.spaces.observation_dtype)
        returns, has_ended = np.zeros(self.count), np.zeros(self.count, bool)

        def begin(which: NDArray[np.bool_]) -> None:
            if which.any():
                observations[which] = self.reset({index: seeds[index] for index in np.flatnonzero(which).tolist()})[0]

        begin(np.ones(self.count, bool))
        for left in range(int(lengths.max()), 0, -1):
            begin(self._must_reset | (lengths == left))
            has_begun = lengths >= left
            steps = self.step(np.array([taken[-left] if len(taken) >= left else 0 for taken in actions], np.int64))
            observations[:] = steps.observations
            returns += np.where(has_begun, steps.rewards, 0)
            has_ended |= has_begun & self._must_reset
        begin(lengths == 0)
        return [
            None if has_ended[index] else Replayed(observations[index], float(returns[index]), None)
            for index in range(self.count)
        ]

    def close(self) -> None:
        """See `batch.Environments`."""
        self._games.vector.close()


def _make_vector(config: Config, **arguments: Any) -> VectorEnv[Any, Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gym.make_vec(config.env, config.num_envs, vectorization_mode="vector_entry_point", **arguments)


class _CartPoles:
    """Each cart begins where Gymnasium's single CartPole begins from the same seed."""

    def __init__(self, config: Config) -> None:
        self.vector = _make_vector(config)
        self._carts: Any = self.vector.unwrapped
        self._carts.reset(seed=0)

    def reset(self, seeds: Mapping[int, int]) -> NDArray[np.float32]:
        carts = self._carts
        for index, seed in seeds.items():
            generator, _ = seeding.np_random(seed)
            carts.state[:, index] = generator.uniform(carts.low, carts.high, len(carts.state))
            carts.steps[index] = 0
            carts.prev_done[index] = False
        observations: NDArray[np.float32] = carts.state.T.astype(np.float32)
        return observations


class _AtariGames:
    """As `atari` preprocesses them, but with random numbers of their own: other episodes from the same seeds.

    Each reset loads the ROM again, which takes 0.1 s.
    """

    def __init__(self, config: Config) -> None:
        self.vector = _make_vector(
            config,
            repeat_action_probability=config.sticky_actions,
            stack_num=config.frame_stack,
            frameskip=atari.FRAME_SKIP,
            noop_max=atari.NOOP_MAX,
            img_height=atari.SCREEN_SIZE,
            img_width=atari.SCREEN_SIZE,
            reward_clipping=False,
            use_fire_reset=False,
        )

    def reset(self, seeds: Mapping[int, int]) -> NDArray[np.uint8]:
        mask = np.zeros(self.vector.num_envs, bool)
        mask[list(seeds)] = True
        in_order = np.array([seeds[index] for index in np.flatnonzero(mask).tolist()])
        observations: NDArray[np.uint8]
        observations, _ = self.vector.reset(seed=in_order, options={"reset_mask": mask})  # type: ignore[arg-type]
        return observations
