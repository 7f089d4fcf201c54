"""A wrapper that tests name as text."""

from __future__ import annotations

from typing import Any, SupportsFloat

import gymnasium as gym


class Doubled(gym.RewardWrapper[Any, Any]):
    """Rewards times a factor."""

    def __init__(self, env: gym.Env[Any, Any], factor: float = 2) -> None:
        super().__init__(env)
        self._factor = factor

    def reward(self, reward: SupportsFloat) -> float:
        """Return the larger reward."""
        return float(reward) * self._factor
