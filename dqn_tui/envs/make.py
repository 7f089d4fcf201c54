"""Making an environment that DQN can train on, or saying in one line why it cannot be."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
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
from dqn_tui.envs.foreign import foreign_code, import_module
from dqn_tui.envs.local import find_local
from dqn_tui.envs.near_ids import near_ids
from dqn_tui.envs.turns import TakingTurns, take_turn
from dqn_tui.envs.wrappers import apply_wrappers, check_approved
from dqn_tui.errors import SettingError, UnknownEnvironmentError, UsageError, show_value, suggest
from dqn_tui.plain_values import merge_tables
from dqn_tui.toml_text import toml_value

PIXELS = "rgb_array"
"""The render mode of pictures."""
RESERVED_ARGUMENTS = {
    "render_mode": "environments are rendered where they are watched",
    "max_episode_steps": "set time_limit instead",
    "disable_env_checker": "observations are checked in any case",
    "id": "set env instead",
}
"""Arguments of `gymnasium.make` that are not the environment's own, and why they are refused."""


def import_environments(module: str) -> str | None:
    """Import a module that registers environments; it may be in the current folder.

    Returns:
        A warning where this registered no environment, else None.

    Raises:
        UsageError: there is no such module, or it raises.
    """
    was_imported, before = module in sys.modules, dict(gym.registry)
    import_module(module)
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
    with foreign_code(f"cannot close environment {config.env!r}"):
        environment.close()
    return environment.spec


def make_environment(config: Config, *, should_render: bool = False, modes: Sequence[str] = ()) -> Environment:
    """Make the environment, ready to reset.

    Args:
        config: the keys that say what is made (env, env_kwargs, wrappers, time_limit, sticky_actions) and how it is
            learned from (those of `Environment`).
        should_render: whether it renders.
        modes: the modes to render in, the preferred one first; empty: those that its family prefers.

    Raises:
        UnknownEnvironmentError: nothing has registered the id.
        UsageError: it is not installed, raises, or is of a kind that DQN cannot train on.
    """
    check_approved(config.wrappers)
    register(config.env)
    family = find_family(config.env)
    env = _make_rendering(config, modes or family.render_modes) if should_render else _make(config)
    try:
        with foreign_code("its spaces or metadata cannot be used"):
            return Environment(
                env,
                config,
                action_names=family.name_actions(env),
                observation_names=family.name_observations(env),
                action_keys=family.name_keys(env),
            )
    except UsageError as error:
        with suppress(Exception):
            env.close()
        message = f"{config.env}: {error}"
        raise (SettingError(message, *error.keys) if isinstance(error, SettingError) else UsageError(message)) from None


def register(env_id: str) -> None:
    """Make the id known to Gymnasium, where it is of a family.

    Raises:
        UsageError: a package of the family is not installed, the id names a module, or is of another program's own
            environment.
    """
    if ":" in env_id:
        module, _, name = env_id.partition(":")
        raise UsageError(f"env must be a plain id, got {show_value(env_id)}; use --import {module} --env {name}")
    find_local(env_id)
    check_installed(env_id)
    find_family(env_id).register()


def _make_rendering(config: Config, wanted: Sequence[str]) -> gym.Env[Any, Any]:
    """Make an environment that renders in the first of the modes that it has, or does not where it has none."""
    with take_turn():
        env = _make(config)
        modes = env.metadata.get("render_modes") or ()
        render_mode = next((mode for mode in wanted if mode in modes), None)
        if render_mode is None:
            return env
        env.close()
        return TakingTurns(_make(config, render_mode=render_mode))


def _make(config: Config, **arguments: Any) -> gym.Env[Any, Any]:
    family = find_family(config.env)
    # A copy: an environment may change what it is given.
    given = deepcopy(merge_tables(family.arguments, _check_arguments(config.env_kwargs)))
    shown = f" with {toml_value(config.env_kwargs)}" if config.env_kwargs else ""
    limit = {"max_episode_steps": config.time_limit} if config.time_limit else {}
    try:
        with warnings.catch_warnings(), foreign_code(f"cannot make environment {show_value(config.env)}{shown}"):
            warnings.simplefilter("ignore")
            env = gym.make(config.env, disable_env_checker=True, **given, **limit, **arguments)
            return apply_wrappers(family.wrap(env, config), config.wrappers)
    except gym.error.DependencyNotInstalled as error:
        raise UsageError(f"{config.env} needs a package that is not installed: {error}") from None
    except (gym.error.UnregisteredEnv, gym.error.VersionNotFound):
        hint = suggest(near_ids(config.env)) or "; name the package that registers it with --import"
        raise UnknownEnvironmentError(f"unknown environment {show_value(config.env)}{hint}", config.env) from None


def _check_arguments(given: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, why in RESERVED_ARGUMENTS.items():
        if name in given:
            raise SettingError(f"env_kwargs must not hold {name}: {why}", "env_kwargs")
    return given
