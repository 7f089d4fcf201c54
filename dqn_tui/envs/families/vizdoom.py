"""ViZDoom (Kempka et al. 2016): scenes of Doom, seen as pictures, with numbers such as health and ammunition.

Buttons are pressed one at a time, or none.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family

if TYPE_CHECKING:
    import gymnasium as gym

    from dqn_tui.config import Config

_SCENES = ("Basic", "DefendCenter", "DefendLine", "HealthGathering", "TakeCover")


def register() -> None:
    """Import the scenes, which registers them."""
    import_module("vizdoom.gymnasium_wrapper")


def wrap(env: gym.Env[Any, Any], config: Config) -> gym.Env[Any, Any]:  # noqa: ARG001
    """Return the scene with last observations, and with timeouts as truncations only."""
    from dqn_tui.envs.families.vizdoom_game import VizdoomGame

    return VizdoomGame(env)


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the buttons that each action presses: `MOVE_LEFT` as `move left`."""
    game: Any = env.unwrapped
    buttons = [button.name.replace("_", " ").lower() for button in game.game.get_available_buttons()]
    pressed = getattr(game, "button_map", ())
    return tuple(
        " ".join(name for name, down in zip(buttons, row, strict=False) if down) or "nothing" for row in pressed
    )


FAMILY = Family(
    "ViZDoom",
    tuple(f"Vizdoom{scene}-v1" for scene in _SCENES),
    extra="vizdoom",
    packages={"vizdoom": "ViZDoom"},
    prefixes=("Vizdoom",),
    register=register,
    # Otherwise the engine leaves its settings in the current folder.
    arguments={"doom_config_path": os.devnull},
    wrap=wrap,
    name_actions=name_actions,
)
