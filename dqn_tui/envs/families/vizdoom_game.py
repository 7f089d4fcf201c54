"""A scene of ViZDoom whose episodes end as Gymnasium's do."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import gymnasium as gym


class VizdoomGame(gym.Wrapper[Any, Any, Any, Any]):
    """Timeouts truncate and do not terminate, and an episode's last observation is the last thing seen, not black."""

    _seen: Any = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode."""
        self._seen, info = self.env.reset(seed=seed, options=options)
        # The engine makes a folder for screenshots wherever it starts; one with something in it stays.
        with suppress(OSError):
            os.rmdir("_vizdoom")
        return self._seen, info

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an action."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            return self._seen, reward, terminated and not truncated, truncated, info
        self._seen = observation
        return observation, reward, terminated, truncated, info
