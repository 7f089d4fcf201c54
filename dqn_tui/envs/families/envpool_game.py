"""One environment of EnvPool with reproducible episodes."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.utils import seeding

from dqn_tui.envs.families.minigrid_codes import MISSION, bound_codes

_FRAMES_PER_SECOND = {"classic_control": 50, "box2d": 50, "toy_text": 4, "minigrid": 10, "highway": 2}
_DRAWN = ("classic_control", "box2d", "minigrid", "highway")
_SEEDS = 2**31

Result = tuple[Any, float, bool, bool, dict[str, Any]]
"""What `step` returns."""


class Player(Protocol):
    """Plays the episodes of a game elsewhere than in its own pool."""

    def reset(self, seed: int) -> Any:
        """Start an episode and return its first observation."""

    def step(self, action: int) -> Result:
        """Take an action."""


class EnvPoolGame(gym.Env[Any, int]):
    """An environment whose episodes depend only on their seed and actions.

    EnvPool takes seeds only where a pool is made, and its resets continue with the random numbers of earlier episodes.
    So each episode has a pool of its own, which takes about a millisecond.

    Attributes:
        player: plays the episodes instead, if any.

    Args:
        pool_id: EnvPool's own id.
        suite: the part of EnvPool that it comes from, such as `"minigrid"`.
        render_mode: "rgb_array" or None.
        arguments: of `envpool.make`.
    """

    def __init__(self, pool_id: str, suite: str, render_mode: str | None = None, **arguments: Any) -> None:
        self.suite = suite
        self.render_mode = render_mode
        self.player: Player | None = None
        modes = ["rgb_array"] if suite in _DRAWN else []
        self.metadata = {"render_modes": modes, "render_fps": _FRAMES_PER_SECOND.get(suite, 15)}
        self._make = import_module("envpool").make_gymnasium
        self._arguments = {"task_id": pool_id, "num_envs": 1, "num_threads": 1, "render_mode": render_mode, **arguments}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._pool = self._make(**self._arguments, seed=0)
            self._pool_space = self._pool.observation_space
        self.action_space = self._pool.action_space
        self.observation_space = _without_mission(self._pool_space)
        self._action = np.zeros(1, np.int32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode in a new pool."""
        if self.player is not None and seed is not None:
            return self.player.reset(seed), {}
        super().reset(seed=seed, options=options)
        self._pool = self.make_pool(seed=_draw_seed(self.np_random))
        observation, _ = self._pool.reset()
        return pick(observation, 0), {}

    def step(self, action: int) -> Result:
        """Take an action."""
        if self.player is not None:
            return self.player.step(action)
        self._action[0] = action
        observation, reward, terminated, truncated, _ = self._pool.step(self._action)
        return pick(observation, 0), float(reward[0]), bool(terminated[0]), bool(truncated[0]), {}

    def render(self) -> Any:
        """Return RGB uint8 [H, W, 3]."""
        return self._pool.render()[0]

    def close(self) -> None:
        """Free the pool."""
        self._pool.close()

    def make_pool(self, **arguments: Any) -> Any:
        """Return a new pool of this game, with some arguments of `envpool.make` changed."""
        pool = self._make(**{**self._arguments, **arguments})
        # Each pool would derive it again, and warn of its bounds.
        pool._gym_observation_space = self._pool_space
        return pool


def seed_in_pool(seed: int) -> int:
    """Return the seed of the pool whose first episode is that of a game reset with `seed`."""
    return _draw_seed(seeding.np_random(seed)[0])


def pick(batch: Any, place: int) -> Any:
    """Return one observation of a batch, without MiniGrid's sentence."""
    if isinstance(batch, dict):
        return {key: pick(part, place) for key, part in batch.items() if key != MISSION}
    return batch[place]


def _draw_seed(generator: np.random.Generator) -> int:
    return int(generator.integers(_SEEDS))


def _without_mission(space: gym.Space[Any]) -> gym.Space[Any]:
    """Return a space without the bytes of MiniGrid's sentence, and with the true bounds of its codes."""
    if not isinstance(space, spaces.Dict) or MISSION not in space.spaces:
        return space
    return bound_codes(spaces.Dict({key: part for key, part in space.spaces.items() if key != MISSION}))
