"""2048 (gymnasium-2048): slide and merge tiles on a board of 4x4, given as a plane for each power of two."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family, names_by_environment

if TYPE_CHECKING:
    import gymnasium as gym

    from dqn_tui.config import Config


def register() -> None:
    """Import the game, which registers it."""
    import_module("gymnasium_2048")


def wrap(env: gym.Env[Any, Any], config: Config) -> gym.Env[Any, Any]:  # noqa: ARG001
    """Return the game with masks of the moves that change the board."""
    from dqn_tui.envs.families.masked_2048 import LegalMoves

    return LegalMoves(env)


FAMILY = Family(
    "2048",
    ("gymnasium_2048/TwentyFortyEight-v0",),
    command="pip install --no-deps gymnasium-2048",
    packages={"gymnasium_2048": "gymnasium-2048"},
    namespace="gymnasium_2048",
    register=register,
    wrap=wrap,
    name_actions=names_by_environment({"TwentyFortyEight": ("up", "right", "down", "left")}),
    is_turn_based=True,
)
