"""Names of actions from the environment itself, where it has them."""

from __future__ import annotations

import enum
from typing import Any

import gymnasium as gym

from dqn_tui.envs.actions import Actions

LONGEST_NAME = 40


def find_action_names(env: gym.Env[Any, Any], actions: Actions) -> tuple[str, ...]:
    """Return a name for each action, or nothing where the environment has none that fit.

    Looked for are the method `get_action_meanings`, as of Atari games and of nes-py's JoypadSpace, and an enum
    `actions`, as of MiniGrid and MiniWorld; the outermost wrapper that has one wins. Names of a grid are its values.
    """
    if actions.names:
        return actions.names
    for find in (_ask_meanings, _read_enum):
        try:
            names = find(env)
        except Exception:  # noqa: BLE001 - foreign code; names are a convenience
            continue
        if len(names) == actions.count and all(names):
            return names
    return ()


def _ask_meanings(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    return tuple(map(_clean, env.get_wrapper_attr("get_action_meanings")()))


def _read_enum(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    found: Any = env.get_wrapper_attr("actions")
    if not isinstance(found, enum.EnumType):
        return ()
    members: list[enum.Enum] = sorted(found, key=lambda item: item.value)
    return tuple(_clean(member.name) for member in members)


def _clean(name: object) -> str:
    return " ".join(str(name).replace("_", " ").split()).lower()[:LONGEST_NAME]
