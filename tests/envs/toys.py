"""Environments of any space, and one whose observations show what happened; importing this module registers it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

ACTIONS = 3
RAISES, EXITS, DIES, HANGS, RESISTS, INTERRUPTS = 13, 14, 15, 16, 17, 18
"""Seeds of episodes whose second step raises, leaves Python, ends the process, never returns, never returns and ignores
SIGTERM, or raises KeyboardInterrupt."""


class UnpicklableError(Exception):
    """An error that cannot be sent to another process: its constructor takes more than a message."""

    def __init__(self, part: str, number: int) -> None:
        super().__init__(f"the {part} burnt out")
        self.number = number
        self.function = lambda: number


class Told(gym.Env[Any, Any]):
    """Observes (seed, steps taken, sum of actions); lasts 3 to 7 steps, and odd seeds end by truncation.

    The action `steps % 3` is forbidden.
    """

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0, 1e9, (3,), np.float32)
        self.action_space = spaces.Discrete(ACTIONS)
        # A test reads the other end, which is at its end once every process that holds the environment has ended.
        self._pipe = os.open(path, os.O_WRONLY) if (path := os.environ.get("TOLD_PIPE")) else None
        self._seed = self._steps = self._sum = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        assert seed is not None
        self._seed, self._steps, self._sum = seed, 0, 0
        return self._observe()

    def step(self, action: Any) -> Any:
        assert type(action) is int
        self._steps += 1
        self._sum += action
        if self._steps == 2:
            self._fail()
        is_over = self._steps >= 3 + self._seed % 5
        observation, info = self._observe()
        is_odd = self._seed % 2 == 1
        return observation, self._steps + action / 10, is_over and not is_odd, is_over and is_odd, info

    def _observe(self) -> Any:
        observation = np.array([self._seed, self._steps, self._sum], np.float32)
        return observation, {"action_mask": (np.arange(ACTIONS) != self._steps % ACTIONS).astype(np.int8)}

    def _fail(self) -> None:
        if self._seed == RAISES:
            raise UnpicklableError("motor", 2)
        if self._seed == EXITS:
            sys.exit(7)
        if self._seed == DIES:
            os._exit(9)
        if self._seed == INTERRUPTS:
            raise KeyboardInterrupt
        if self._seed == RESISTS:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self._seed in (HANGS, RESISTS):
            assert self._pipe is not None
            os.write(self._pipe, b"!")
            threading.Event().wait()


class Sampled(gym.Env[Any, Any]):
    """Samples of any space, each with `info`."""

    def __init__(
        self,
        observation_space: spaces.Space[Any] | None = None,
        action_space: spaces.Space[Any] | None = None,
        info: dict[str, Any] | None = None,
        step_info: dict[str, Any] | None = None,
    ) -> None:
        self.render_mode = None
        self.observation_space = observation_space or spaces.Box(-1, 1, (2,))
        self.action_space = action_space or spaces.Discrete(2)
        self.info = info or {}
        self.step_info = self.info if step_info is None else step_info
        self.seen: list[Any] = []
        self.taken: list[Any] = []
        self.is_over = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed, options=options)
        self.observation_space.seed(seed)
        return self._sample(), self.info

    def step(self, action: Any) -> Any:
        self.taken.append(action)
        return self._sample(), 0.0, self.is_over, False, self.step_info

    def _sample(self) -> Any:
        self.seen.append(self.observation_space.sample())
        return self.seen[-1]


if "Told-v0" not in gym.registry:
    gym.register("Told-v0", "tests.envs.toys:Told", reward_threshold=20)
