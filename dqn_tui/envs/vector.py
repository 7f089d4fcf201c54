"""Several environments that step together: in turn, in worker processes, or as one vector environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.batch import AlternatingArrays, Environments, Steps
from dqn_tui.envs.environment import Environment, Replayed
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.native import find_native, make_native_environments
from dqn_tui.envs.parallel import ParallelEnvironments
from dqn_tui.errors import SettingError

MOST_WORKERS_PER_CORE = 16


def check_vectorization(config: Config) -> None:
    """Check that an environment that can be made supports the configured vectorization.

    Raises:
        SettingError: it has no vector environment of its own, or there would be too many processes for the cores.
    """
    if config.vectorization == "native":
        find_native(config)
    most = MOST_WORKERS_PER_CORE * (os.cpu_count() or 1)
    if config.vectorization == "parallel" and config.num_envs > most:
        raise SettingError(
            f"num_envs must be <= {most} with vectorization=parallel on this machine, got {config.num_envs}: each is a "
            f"process; with vectorization=serial they share one",
            "num_envs",
            "vectorization",
        )


def make_environments(config: Config, imports: Sequence[str] = (), output: Path | None = None) -> Environments:
    """Make the environments that a run trains in, ready to reset.

    Args:
        config: the keys num_envs, vectorization, and those of `make_environment`.
        imports: modules that register environments; worker processes import them again.
        output: the file to which worker processes append what they print; None discards it.

    Raises:
        UsageError: the environment cannot be made, or not this way.
    """
    if config.vectorization == "parallel":
        return ParallelEnvironments(config, imports, output)
    if config.vectorization == "native":
        return make_native_environments(config)
    return SerialEnvironments([make_environment(config) for _ in range(config.num_envs)])


class SerialEnvironments:
    """E environments that step one after the other in this process: `batch.Environments`."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self.spec = environments[0].spec
        self.count = len(environments)
        self._environments = environments
        self._arrays = AlternatingArrays(self.count, self.spec)
        self._rewards = np.zeros(self.count)
        self._terminated = np.zeros(self.count, bool)
        self._truncated = np.zeros(self.count, bool)

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
