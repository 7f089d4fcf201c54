"""Several environments that step one after the other in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.batch import AlternatingArrays, Steps
from dqn_tui.envs.environment import Environment, Replayed
from dqn_tui.envs.make import make_environment


def make_each(config: Config) -> list[Environment]:
    """Make the configured number of environments; see `make_environment`."""
    return [make_environment(config) for _ in range(config.num_envs)]


class SerialEnvironments:
    """E environments that step in turn: `batch.Environments`."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self.spec = environments[0].spec
        self.count = len(environments)
        self._environments = environments
        self._arrays = AlternatingArrays(self.count, self.spec)
        self._rewards = np.zeros(self.count)
        self._terminated = np.zeros(self.count, bool)
        self._truncated = np.zeros(self.count, bool)

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `batch.Environments`."""

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """See `batch.Environments`."""
        observations = np.stack([self._environments[index].reset(seed) for index, seed in seeds.items()])
        return observations, self._masks(list(seeds))

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """See `batch.Environments`."""
        observations, rewards = self._arrays.take(), self._rewards
        terminated, truncated = self._terminated, self._truncated
        for index, (environment, action) in enumerate(zip(self._environments, actions.tolist(), strict=True)):
            observations[index], rewards[index], terminated[index], truncated[index] = environment.step(action)
        return Steps(observations, rewards, terminated, truncated, self._masks(range(self.count)))

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """See `batch.Environments`."""
        together = zip(self._environments, seeds, actions, strict=True)
        return [environment.play_again(seed, taken) for environment, seed, taken in together]

    def close(self) -> None:
        """See `batch.Environments`."""
        for environment in self._environments:
            environment.close()

    def _masks(self, indices: Sequence[int]) -> NDArray[np.bool_] | None:
        masks = [self._environments[index].action_mask for index in indices]
        if all(mask is None for mask in masks):
            return None
        everything = np.ones(self.spec.spaces.action_count, bool)
        return np.array([everything if mask is None else mask for mask in masks])
