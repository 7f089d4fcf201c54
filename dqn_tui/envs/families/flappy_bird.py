"""Flappy Bird (flappy-bird-gymnasium): fly through the gaps between pipes, whose places are 12 numbers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family, names_by_environment

if TYPE_CHECKING:
    import gymnasium as gym

MOST_STEPS = 3_600
"""Two minutes, about 95 pipes: a bird that flies well never ends an episode."""
_ACTIONS = {"FlappyBird": ("fall", "flap")}
_PIPES = ("pipe", "next pipe", "third pipe")
_OBSERVATIONS = (
    *(f"{pipe} {entry}" for pipe in _PIPES for entry in ("x", "top", "bottom")),
    *("y", "y'", "tilt"),
)


def register() -> None:
    """Import the game, which registers it, and give it a time limit."""
    import gymnasium as gym

    import_module("flappy_bird_gymnasium")
    gym.spec("FlappyBird-v0").max_episode_steps = MOST_STEPS


def name_observations(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the 12 numbers; the 180 distances of `use_lidar` have none."""
    return _OBSERVATIONS if env.observation_space.shape == (len(_OBSERVATIONS),) else ()


FAMILY = Family(
    "Flappy Bird",
    ("FlappyBird-v0",),
    command="pip install --no-deps flappy-bird-gymnasium",
    packages={"flappy_bird_gymnasium": "flappy-bird-gymnasium"},
    register=register,
    arguments={"use_lidar": False},
    name_actions=names_by_environment(_ACTIONS),
    name_observations=name_observations,
)
