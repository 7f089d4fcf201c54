"""Making an environment that DQN can train on, or saying in one line why it cannot be."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any

# pygame draws into memory only: no window, no sound, nothing printed over the screen.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

import gymnasium as gym

from dqn_tui.config import Config
from dqn_tui.envs import atari, minatar
from dqn_tui.envs.catalog import check_installed
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import UsageError, did_you_mean


def import_environments(module: str) -> None:
    """Import a package that registers environments.

    Raises:
        UsageError: there is no such package, or it raises.
    """
    try:
        importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - a stranger's code
        raise UsageError(f"cannot import {module!r}: {_first_line(error)}") from None


def make_environment(config: Config, *, should_render: bool = False) -> Environment:
    """The environment, ready to reset; it renders text where it can, else pictures, if asked to.

    Config keys: env, frame_stack, scale_observations, sticky_actions.

    Raises:
        UsageError: unknown, not installed, or of a kind that DQN cannot train on.
    """
    register(config.env)
    env = _make(config, should_render=should_render)
    try:
        return Environment(env, config.frame_stack, should_scale=config.scale_observations)
    except UsageError as error:
        env.close()
        raise UsageError(f"{config.env}: {error}") from None


def register(env_id: str) -> None:
    """See that Gymnasium knows the id, where its package is one that this program knows.

    Raises:
        UsageError: the package is not installed, or the id names a module.
    """
    if ":" in env_id:
        module, _, name = env_id.partition(":")
        raise UsageError(f"env must be a plain id, got {env_id!r}; say --import {module} --env {name}")
    check_installed(env_id)
    namespace = _namespace(env_id)
    if namespace == atari.NAMESPACE:
        atari.register()
    elif namespace == minatar.NAMESPACE:
        minatar.register()


def _make(config: Config, *, should_render: bool) -> gym.Env[Any, Any]:
    env_id = config.env
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            env = _make_wrapped(config)
            render_mode = _render_mode(env) if should_render else None
            if render_mode is None:
                return env
            env.close()
            return _make_wrapped(config, render_mode=render_mode)
    except gym.error.DependencyNotInstalled as error:
        raise UsageError(f"{env_id} needs a package that is not installed: {error}") from None
    except (gym.error.UnregisteredEnv, gym.error.VersionNotFound):
        near = did_you_mean(env_id, gym.registry)
        reason = "" if near else "; a package that registers it must be named with --import"
        raise UsageError(f"unknown environment {env_id!r}{near or reason}") from None
    except Exception as error:  # noqa: BLE001 - a stranger's code
        raise UsageError(f"cannot make environment {env_id!r}: {_first_line(error)}") from None


def _make_wrapped(config: Config, **arguments: Any) -> gym.Env[Any, Any]:
    namespace = _namespace(config.env)
    if namespace == atari.NAMESPACE:
        arguments |= atari.ARGUMENTS
    env: gym.Env[Any, Any] = gym.make(config.env, disable_env_checker=True, **arguments)
    if namespace == atari.NAMESPACE:
        return atari.preprocess(env, config.sticky_actions)
    return minatar.MinAtarGame(env) if namespace == minatar.NAMESPACE else env


def _namespace(env_id: str) -> str | None:
    namespace, separator, _ = env_id.partition("/")
    return namespace if separator else None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _render_mode(env: gym.Env[Any, Any]) -> str | None:
    """Text before pictures: in a terminal it is the sharper one."""
    modes = env.metadata.get("render_modes") or ()
    return next((mode for mode in ("ansi", "rgb_array") if mode in modes), None)
