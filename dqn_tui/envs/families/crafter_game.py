"""Crafter, whose interface is that of old versions of Gym, as a Gymnasium environment with reproducible episodes."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

FRAMES_PER_SECOND = 10
WATCHED_SIZE = 288
"""Side of the pictures for people, in pixels: the game draws 9x9 cells."""


class CrafterGame(gym.Env[NDArray[np.uint8], np.int64]):
    """The game, with observations uint8 [64, 64, 3].

    Args:
        render_mode: "rgb_array" or None.
        arguments: of `crafter.Env`: area, view, size, reward, length.
    """

    def __init__(self, render_mode: str | None = None, **arguments: Any) -> None:
        self.metadata = {"render_modes": ["rgb_array"], "render_fps": FRAMES_PER_SECOND}
        self.render_mode = render_mode
        self._game: Any = import_module("crafter").Env(seed=0, **arguments)
        self.action_names: tuple[str, ...] = tuple(self._game.action_names)
        self.action_space = spaces.Discrete(len(self.action_names))
        self.observation_space = spaces.Box(0, 255, self._game.observation_space.shape, np.uint8)
        _keep_order(self._game._world)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode, in the world that the seed determines."""
        super().reset(seed=seed, options=options)
        self._game._seed, self._game._episode = int(self.np_random.integers(2**31)), 0
        return self._game.reset(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action; only death terminates, the end of the time truncates."""
        observation, reward, is_over, info = self._game.step(action)
        is_dead = info["discount"] == 0
        return observation, float(reward), is_dead, bool(is_over) and not is_dead, {}

    def render(self) -> Any:
        """Return RGB uint8 [WATCHED_SIZE, WATCHED_SIZE, 3]."""
        return self._game.render((WATCHED_SIZE, WATCHED_SIZE))


class _InOrder(dict[Any, None]):
    """A set that keeps the order in which its members came."""

    def add(self, member: Any) -> None:
        self[member] = None

    def remove(self, member: Any) -> None:
        del self[member]


def _keep_order(world: Any) -> None:
    """Let the creatures of a region be listed as they came.

    The game removes one of them at random, by its place in a set; there, the order depends on memory addresses.
    """
    begin = world.reset

    def reset(seed: int | None = None) -> None:
        begin(seed)
        world._chunks = defaultdict(_InOrder)

    world.reset = reset
