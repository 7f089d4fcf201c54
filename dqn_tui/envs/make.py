"""Making an environment that DQN can train on, or saying in one line why it cannot be."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any, NamedTuple

# pygame draws into memory only: no window, no sound, nothing printed over the screen.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.errors import UsageError, did_you_mean

DEFAULT_FRAMES_PER_SECOND = 30.0


class Step(NamedTuple):
    """What one step gave; `observation` is float32 [D]."""

    observation: NDArray[np.float32]
    reward: float
    terminated: bool
    truncated: bool


class Environment:
    """A Gymnasium environment with observations as float32 [D] and actions counted from 0.

    Attributes:
        observation_size: D.
        action_count: number of discrete actions.
        goal: the return that counts as solved, or None where the environment names none.
        frames_per_second: how fast it is meant to be watched.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        self._env = env
        action_space = env.action_space
        assert isinstance(action_space, spaces.Discrete)
        self.action_count = int(action_space.n)
        self._first_action = int(action_space.start)
        space = env.observation_space
        self._is_flat = isinstance(space, spaces.Box) and len(space.shape) == 1
        self._space = space
        self.observation_size = spaces.flatdim(space)
        self.goal = env.spec.reward_threshold if env.spec else None
        self.frames_per_second = float(env.metadata.get("render_fps") or DEFAULT_FRAMES_PER_SECOND)

    def reset(self, seed: int) -> NDArray[np.float32]:
        """Begin the episode that `seed` determines."""
        observation, _ = self._env.reset(seed=seed)
        return self._flatten(observation)

    def step(self, action: int) -> Step:
        """Take one action, in [0, action_count)."""
        observation, reward, terminated, truncated, _ = self._env.step(action + self._first_action)
        return Step(self._flatten(observation), float(reward), bool(terminated), bool(truncated))

    def render(self) -> NDArray[np.uint8] | str | None:
        """RGB uint8 [H, W, 3], text, or None where the environment renders neither."""
        if self._env.render_mode is None:
            return None
        picture: Any = self._env.render()
        return picture if isinstance(picture, str) else np.asarray(picture, np.uint8)

    def close(self) -> None:
        """Free what the environment holds."""
        self._env.close()

    def _flatten(self, observation: Any) -> NDArray[np.float32]:
        if not self._is_flat:
            observation = spaces.flatten(self._space, observation)
        return np.array(observation, np.float32)


def import_environments(module: str) -> None:
    """Import a package that registers environments.

    Raises:
        UsageError: there is no such package, or it raises.
    """
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - a stranger's code
        raise UsageError(f"cannot import {module!r}: {_first_line(error)}") from None


def make_environment(env_id: str, *, should_render: bool = False) -> Environment:
    """The environment, ready to reset; it renders text where it can, else pictures, if asked to.

    Raises:
        UsageError: unknown, not installed, or of a kind that DQN cannot train on.
    """
    if ":" in env_id:
        module, _, name = env_id.partition(":")
        raise UsageError(f"env must be a plain id, got {env_id!r}; say --import {module} --env {name}")
    env = _make(env_id, should_render=should_render)
    try:
        _check_spaces(env_id, env)
    except UsageError:
        env.close()
        raise
    return Environment(env)


def _make(env_id: str, *, should_render: bool) -> gym.Env[Any, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            env = gym.make(env_id, disable_env_checker=True)
            render_mode = _render_mode(env) if should_render else None
            if render_mode is None:
                return env
            env.close()
            return gym.make(env_id, render_mode=render_mode, disable_env_checker=True)
    except gym.error.DependencyNotInstalled as error:
        raise UsageError(f"{env_id} needs a package that is not installed: {error}") from None
    except (gym.error.UnregisteredEnv, gym.error.VersionNotFound) as error:
        near = did_you_mean(env_id, gym.registry)
        reason = "" if near else f": {str(error).rstrip('.')}"
        raise UsageError(f"unknown environment {env_id!r}{near or reason}") from None
    except Exception as error:  # noqa: BLE001 - a stranger's code
        raise UsageError(f"cannot make environment {env_id!r}: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _render_mode(env: gym.Env[Any, Any]) -> str | None:
    """Text before pictures: in a terminal it is the sharper one."""
    modes = env.metadata.get("render_modes") or ()
    return next((mode for mode in ("ansi", "rgb_array") if mode in modes), None)


def _check_spaces(env_id: str, env: gym.Env[Any, Any]) -> None:
    if not isinstance(env.action_space, spaces.Discrete):
        raise UsageError(
            f"DQN needs discrete actions (Discrete), got {env.action_space} in {env_id}; "
            "for continuous actions take an environment with a discrete version"
        )
    space = env.observation_space
    if isinstance(space, spaces.Box) and len(space.shape) > 2:
        raise UsageError(f"observations must be vectors, Discrete, Tuple or Dict, got images {space.shape} in {env_id}")
    if not space.is_np_flattenable:
        raise UsageError(f"observations must have a fixed size, got {space} in {env_id}")
