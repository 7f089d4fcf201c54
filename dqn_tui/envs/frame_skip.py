"""Each action for several steps, as for Atari games (Mnih et al. 2015), with observations of any space."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from dqn_tui.envs.leaves import Space, is_image


class FrameSkip(gym.Wrapper[Any, Any, Any, Any]):
    """Repeats an action, sums its rewards, and returns the last observation.

    Pixels are the larger of the last two observations', since some games draw a thing only in every other frame:
    Gymnasium's `MaxAndSkipObservation`, also for pictures inside a Dict or a Tuple.
    """

    def __init__(self, env: gym.Env[Any, Any], count: int) -> None:
        super().__init__(env)
        self._count = count
        self.metadata = {**env.metadata}
        if frames_per_second := env.metadata.get("render_fps"):
            self.metadata["render_fps"] = frames_per_second / count

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take the action until it was repeated often enough or the episode ends."""
        total, before = 0.0, None
        for index in range(self._count):
            observation, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated or index == self._count - 1:
                break
            before = observation
        if before is not None:
            observation = _merge(self.env.observation_space, before, observation)
        return observation, total, terminated, truncated, info


def _merge(space: Space, before: Any, last: Any) -> Any:
    """Return the last observation with each pixel the larger one of both."""
    if isinstance(space, spaces.Dict):
        return {key: _merge(part, before[key], last[key]) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        return tuple(_merge(part, *pair) for part, *pair in zip(space.spaces, before, last, strict=True))
    return np.maximum(before, last) if is_image(space) and space.dtype == np.uint8 else last
