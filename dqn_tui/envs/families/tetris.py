"""Tetris (tetris-gymnasium): its board, the piece that falls, the held and the next pieces, as small codes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family

if TYPE_CHECKING:
    import gymnasium as gym

_SHORT = {"rotate_clockwise": "turn right", "rotate_counterclockwise": "turn left"}


def register() -> None:
    """Import the game, which registers it."""
    import_module("tetris_gymnasium.envs")


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the game's names of the actions, as short as they are clear: `move_left` as `left`."""
    game: Any = env.unwrapped
    moves = sorted(vars(game.actions).items(), key=lambda item: item[1])
    return tuple(_SHORT.get(name) or name.removeprefix("move_").replace("_", " ") for name, _ in moves)


FAMILY = Family(
    "Tetris",
    ("tetris_gymnasium/Tetris",),
    command="pip install --no-deps tetris-gymnasium opencv-python-headless",
    packages={"tetris_gymnasium": "tetris-gymnasium", "cv2": "OpenCV"},
    namespace="tetris_gymnasium",
    register=register,
    name_actions=name_actions,
    # Its pictures fail with NumPy 2.4.
    render_modes=("ansi",),
)
