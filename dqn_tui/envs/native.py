"""Vector environments of a family's own: CartPole in NumPy; the Arcade Learning Environment and EnvPool in C++.

Left alone, they reset an environment in the step after its end and ignore that step's action. Here each is reset
explicitly before its next step, so that this never happens.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import PREPARATION_KEYS, Config
from dqn_tui.envs.batch import Environments, Steps
from dqn_tui.envs.catalog import FAMILIES
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.families.family import JoinedVector, NativeGames, NativeVector
from dqn_tui.envs.joined import JoinedEnvironments
from dqn_tui.envs.local import find_local
from dqn_tui.envs.make import inspect_environment
from dqn_tui.envs.own_vector import OwnGames
from dqn_tui.envs.serial import make_each
from dqn_tui.errors import SettingError
from dqn_tui.toml_text import toml_value

_NATIVES = {family.native.entry_point: family.native for family in FAMILIES if family.native}


def make_native_environments(config: Config) -> Environments:
    """Make the environment's own vector implementation.

    Raises:
        UsageError: the environment cannot be made, or has no vector environment that can be reset one by one.
    """
    inspected = inspect_environment(config)
    native = find_native(config)
    if isinstance(native, JoinedVector):
        environments = make_each(config)
        games = native.join_games([environment.unwrapped for environment in environments])
        return JoinedEnvironments(environments, games, config.frame_skip)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return NativeEnvironments(inspected, native.make_games(config))


def find_native(config: Config) -> NativeVector | JoinedVector:
    """Return the vector environment of an id that Gymnasium knows.

    Raises:
        SettingError: it has none that can be reset one by one, or a setting does not fit it.
    """
    spec = gym.spec(config.env)
    entry_points: list[Any] = [spec.vector_entry_point, spec.entry_point]
    known = (_NATIVES[found] for found in entry_points if isinstance(found, str) and found in _NATIVES)
    native = next(known, None) or _find_own(config)
    if native is None:
        raise SettingError(
            f"vectorization must be 'serial' or 'parallel' for {config.env}, got 'native': only "
            f"{', '.join(native.title for native in _NATIVES.values())} have a vector environment that can be used",
            "vectorization",
        )
    prepared = () if isinstance(native, JoinedVector) else PREPARATION_KEYS
    unsupported = {key: Config.model_fields[key].default for key in prepared}
    for key, value in (unsupported | dict(native.fixed)).items():
        if (got := getattr(config, key)) != value:
            allowed, shown = (toml_value(item) for item in (value, got))
            message = f"{key} must be {allowed} for {config.env} with vectorization 'native', got {shown}"
            raise SettingError(message, key, "vectorization")
    return native


def _find_own(config: Config) -> NativeVector | None:
    """Return the vector environment that a function of this program makes."""
    local = find_local(config.env)
    if local is None or not local.vector_count:
        return None
    fixed = {"frame_stack": 1, "num_envs": local.vector_count}
    return NativeVector(config.env, "", lambda config: OwnGames(local.factory(), config), fixed)


class NativeEnvironments:
    """E environments behind one vector implementation: `batch.Environments`."""

    def __init__(self, spec: EnvironmentSpec, games: NativeGames) -> None:
        self.spec = spec
        self.count = games.vector.num_envs
        self._games = games
        self._must_reset = np.ones(self.count, bool)

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `batch.Environments`."""

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

        All environments step together, so shorter episodes start later and all end at once; what an environment does
        before its episode starts is ignored.
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
