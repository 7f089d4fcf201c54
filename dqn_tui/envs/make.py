"""Making an environment that DQN can train on, or saying in one line why it cannot be."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

# pygame draws into memory only: no window, no sound, nothing printed over the screen. Some environments draw nothing
# with SDL's dummy driver; the offscreen driver is part of pygame's builds for Linux.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "offscreen" if sys.platform == "linux" else "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

import gymnasium as gym

from dqn_tui.config import Config
from dqn_tui.envs.catalog import check_installed, find_family
from dqn_tui.envs.environment import Environment, EnvironmentSpec
from dqn_tui.envs.near_ids import near_ids
from dqn_tui.envs.turns import TakingTurns, take_turn
from dqn_tui.errors import UnknownEnvironmentError, UsageError, read_message, show_value, suggest


def import_environments(module: str) -> str | None:
    """Import a module that registers environments; it may be in the current folder.

    Returns:
        A warning where this registered no environment, else None.

    Raises:
        UsageError: there is no such module, or it raises.
    """
    folder = os.getcwd()
    if folder not in sys.path and "" not in sys.path:
        # At the end, so that a file there hides no installed package. Worker processes inherit the path.
        sys.path.append(folder)
    was_imported, before = module in sys.modules, dict(gym.registry)
    try:
        importlib.import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code
        raise UsageError(f"cannot import {module!r}: {_describe(error)}") from None
    is_useful = was_imported or any(before.get(env_id) is not spec for env_id, spec in gym.registry.items())
    return None if is_useful else f"--import {module} registered no environment"


def inspect_environment(config: Config, hints: Iterable[str] = ()) -> EnvironmentSpec:
    """Return the spec of an environment that is made and closed again.

    Args:
        config: as for `make_environment`.
        hints: end the line of the error where the id is unknown.

    Raises:
        UnknownEnvironmentError: nothing has registered the id.
        UsageError: as `make_environment`, or closing it raises.
    """
    try:
        environment = make_environment(config)
    except UnknownEnvironmentError as error:
        raise error.with_hints(hints) from None
    with _foreign_code(f"cannot close environment {config.env!r}"):
        environment.close()
    return environment.spec


def make_environment(config: Config, *, should_render: bool = False) -> Environment:
    """Make the environment, ready to reset.

    Args:
        config: the keys env, frame_stack, scale_observations and sticky_actions.
        should_render: whether it renders, in the mode that its family prefers.

    Raises:
        UnknownEnvironmentError: nothing has registered the id.
        UsageError: it is not installed, raises, or is of a kind that DQN cannot train on.
    """
    register(config.env)
    family = find_family(config.env)
    env = _make_rendering(config) if should_render else _make(config)
    try:
        with _foreign_code("its spaces or metadata cannot be used"):
            return Environment(
                env,
                config.frame_stack,
                should_scale=config.scale_observations,
                action_names=family.name_actions(env),
                observation_names=family.name_observations(env),
            )
    except UsageError as error:
        with suppress(Exception):
            env.close()
        raise UsageError(f"{config.env}: {error}") from None


def register(env_id: str) -> None:
    """Make the id known to Gymnasium, where it is of a family.

    Raises:
        UsageError: a package of the family is not installed, or the id names a module.
    """
    if ":" in env_id:
        module, _, name = env_id.partition(":")
        raise UsageError(f"env must be a plain id, got {show_value(env_id)}; use --import {module} --env {name}")
    check_installed(env_id)
    find_family(env_id).register()


def _make_rendering(config: Config) -> gym.Env[Any, Any]:
    """Make an environment that renders in the mode that its family prefers, or does not where it has no such mode."""
    with take_turn():
        env = _make(config)
        modes = env.metadata.get("render_modes") or ()
        render_mode = next((mode for mode in find_family(config.env).render_modes if mode in modes), None)
        if render_mode is None:
            return env
        env.close()
        return TakingTurns(_make(config, render_mode=render_mode))


def _make(config: Config, **arguments: Any) -> gym.Env[Any, Any]:
    family = find_family(config.env)
    try:
        with warnings.catch_warnings(), _foreign_code(f"cannot make environment {show_value(config.env)}"):
            warnings.simplefilter("ignore")
            env = gym.make(config.env, disable_env_checker=True, **family.arguments, **arguments)
            return family.wrap(env, config)
    except gym.error.DependencyNotInstalled as error:
        raise UsageError(f"{config.env} needs a package that is not installed: {error}") from None
    except (gym.error.UnregisteredEnv, gym.error.VersionNotFound):
        hint = suggest(near_ids(config.env)) or "; name the package that registers it with --import"
        raise UnknownEnvironmentError(f"unknown environment {show_value(config.env)}{hint}", config.env) from None


@contextmanager
def _foreign_code(what: str) -> Iterator[None]:
    """Turn what foreign code raises into one line; Gymnasium's own errors about an id pass."""
    try:
        yield
    except (UsageError, gym.error.DependencyNotInstalled, gym.error.UnregisteredEnv, gym.error.VersionNotFound):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code
        raise UsageError(f"{what}: {_describe(error)}") from None


def _describe(error: BaseException) -> str:
    """Return the first line of the message, or the error's type; `sys.exit` is named."""
    lines = read_message(error).splitlines()
    if isinstance(error, SystemExit):
        return f"sys.exit({error.code!r})"
    return lines[0] if lines else type(error).__name__
