"""The environment in which the training episodes of a run come out as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment, Step
from dqn_tui.envs.families.family import NativeVector
from dqn_tui.envs.make import make_environment, register
from dqn_tui.envs.native import find_native, make_native_environments


def make_replaying_environment(
    config: Config, *, should_render: bool = False, modes: Sequence[str] = ()
) -> Environment:
    """Make one environment for the training episodes of a run, however many it trains in, and in whichever way.

    Args:
        config: the run's settings.
        should_render: whether it renders.
        modes: as for `make_environment`.

    Raises:
        UsageError: as `make_environment`.
    """
    if config.vectorization == "native":
        register(config.env)
        native = find_native(config)
        if isinstance(native, NativeVector) and native.has_own_episodes:
            return NativeEnvironment(config, should_render=should_render)
    return make_environment(config, should_render=should_render, modes=modes)


class NativeEnvironment(Environment):
    """A vector environment of one, for images.

    It draws nothing itself: the newest frame that it observes is its picture.

    Args:
        config: the run's settings.
        should_render: whether it renders.
    """

    def __init__(self, config: Config, *, should_render: bool = False) -> None:
        self._environments = make_native_environments(config.model_copy(update={"num_envs": 1}))
        self._should_render = should_render
        self.spec = self._environments.spec
        self.action_mask = None
        self._newest: NDArray[Any] = np.zeros(self.spec.spaces.observation_shape, self.spec.spaces.observation_dtype)

    @property
    def is_rendering(self) -> bool:
        """Whether it renders."""
        return self._should_render

    def reset(self, seed: int) -> NDArray[Any]:
        """Start the episode that `seed` determines."""
        observations, _ = self._environments.reset({0: seed})
        self._newest = observations[0].copy()
        return self._newest

    def step(self, action: int) -> Step:
        """Take one action, in [0, action_count)."""
        steps = self._environments.step(np.array([action], np.int64))
        self._newest = steps.observations[0].copy()
        return Step(self._newest, float(steps.rewards[0]), bool(steps.terminated[0]), bool(steps.truncated[0]))

    def render(self) -> NDArray[np.uint8] | str | None:
        """Return the newest frame as RGB uint8 [H, W, 3]."""
        if not self._should_render:
            return None
        channels = len(self._newest) // self.spec.spaces.frames
        frame = np.moveaxis(self._newest[-channels:], 0, -1)
        return np.ascontiguousarray(np.broadcast_to(frame, (*frame.shape[:2], 3)))

    def close(self) -> None:
        """Free the environment's resources; it cannot be used afterwards."""
        self._environments.close()
