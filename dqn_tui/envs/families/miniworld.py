"""MiniWorld (Chevalier-Boisvert et al. 2023): simple rooms in three dimensions, seen as pictures of 60x80."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family

if TYPE_CHECKING:
    import gymnasium as gym


def register() -> None:
    """Import the rooms, which registers them; without a display they are drawn off the screen, through EGL."""
    pyglet: Any = import_module("pyglet")
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        pyglet.options["headless"] = True
    import_module("miniworld")
    graphics: Any = import_module("miniworld.opengl")
    graphics.print = lambda *_: None


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the actions; most rooms have only the first three."""
    room: Any = env.unwrapped
    return tuple(action.name.replace("_", " ") for action in sorted(room.actions))[: room.action_space.n]


FAMILY = Family(
    "MiniWorld",
    ("MiniWorld-Hallway-v0", "MiniWorld-OneRoom-v0", "MiniWorld-FourRooms-v0"),
    extra="miniworld",
    packages={"miniworld": "MiniWorld"},
    prefixes=("MiniWorld-",),
    register=register,
    name_actions=name_actions,
    render_modes=("rgb_array",),
)
