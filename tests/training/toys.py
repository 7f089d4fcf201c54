"""Environments for the trainer's tests; importing this module registers them."""

from __future__ import annotations

from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces

ACTIONS = 3
FREE, MASKED, LATE = range(3)


class FickleMasks(gym.Env[Any, Any]):
    """Episodes of 2 to 9 steps, of a kind that the seed decides and the observation shows.

    FREE episodes never have a mask, MASKED ones always do, LATE ones do from the first step on. A mask allows one
    action, and taking another is an error. `taken` counts the actions of FREE episodes in this process.
    """

    taken: ClassVar[list[int]] = [0] * ACTIONS

    def __init__(self, kinds: tuple[int, ...] = (FREE, MASKED, LATE), render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (4,), np.float32)
        self.action_space = spaces.Discrete(ACTIONS)
        self._kinds = kinds
        self._kind = FREE
        self._allowed: int | None = None
        self._left = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self._kind = self._kinds[self.np_random.integers(len(self._kinds))]
        self._left = int(self.np_random.integers(2, 10))
        return self._observe(is_first=True)

    def step(self, action: Any) -> Any:
        assert self._allowed in (None, int(action)), "an action was taken that is not allowed"
        if self._kind == FREE:
            self.taken[int(action)] += 1
        self._left -= 1
        observation, info = self._observe(is_first=False)
        return observation, float(self.np_random.normal() + action), self._left == 0, False, info

    def _observe(self, *, is_first: bool) -> tuple[Any, dict[str, Any]]:
        has_mask = self._kind == MASKED or (self._kind == LATE and not is_first)
        self._allowed = int(self.np_random.integers(ACTIONS)) if has_mask else None
        observation = np.array([*np.eye(ACTIONS)[self._kind], self.np_random.random()], np.float32)
        return observation, {"action_mask": np.eye(ACTIONS, dtype=np.int8)[self._allowed]} if has_mask else {}


class JamsOnce(gym.Env[Any, Any]):
    """Episodes of `LENGTH` steps; of all resets in this process, that of number `jams_at` raises."""

    LENGTH: ClassVar[int] = 7
    jams_at: ClassVar[int] = -1
    resets: ClassVar[int] = 0

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (2,), np.float32)
        self.action_space = spaces.Discrete(2)
        self._steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        JamsOnce.resets += 1
        if JamsOnce.resets == JamsOnce.jams_at:
            raise RuntimeError("the reset jams")
        self._steps = 0
        return self.np_random.random(2, np.float32), {}

    def step(self, action: Any) -> Any:
        self._steps += 1
        observation = self.np_random.random(2, np.float32)
        return observation, float(observation[int(action)]), self._steps == self.LENGTH, False, {}


class Flashes(gym.Env[Any, Any]):
    """Episodes of one step, whose observations are random images."""

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0, 255, (6, 6, 3), np.uint8)
        self.action_space = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        return self.np_random.integers(0, 256, (6, 6, 3), np.uint8), {}

    def step(self, action: Any) -> Any:
        return self.np_random.integers(0, 256, (6, 6, 3), np.uint8), float(action), True, False, {}


class Lottery(gym.Env[Any, Any]):
    """Episodes of one step, with a reward of `prize` or 0, at even odds."""

    def __init__(self, prize: float = 20.0, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self._prize = prize

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:  # noqa: ARG002
        return np.ones(1, np.float32), self._prize * (self.np_random.random() < 0.5), True, False, {}


def _register(name: str, creator: Any) -> None:
    gym.register(f"Toy/{name}-v0", creator)


if "Toy/FickleMasks-v0" not in gym.registry:
    _register("FickleMasks", FickleMasks)
    _register("JamsOnce", JamsOnce)
    _register("Flashes", Flashes)
    _register("Lottery", Lottery)
