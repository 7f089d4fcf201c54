"""MiniGrid and BabyAI (Chevalier-Boisvert et al. 2023): grids of rooms, keys and doors, seen through a small window.

An observation is the window as codes of objects, colours and states, the direction, and a sentence that names the task.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family
from dqn_tui.envs.families.minigrid_codes import ACTIONS, KEYS, bound_codes
from dqn_tui.envs.families.minigrid_grid import find_grid

if TYPE_CHECKING:
    import gymnasium as gym

    from dqn_tui.config import Config


def register() -> None:
    """Import the environments, which registers them, and keep BabyAI from printing the missions that it discards."""
    import_module("minigrid")
    level: Any = import_module("minigrid.envs.babyai.core.roomgrid_level")
    level.print = lambda *_: None


def wrap(env: gym.Env[Any, Any], config: Config) -> gym.Env[Any, Any]:  # noqa: ARG001
    """Return the environment with the true bounds of its codes."""
    from gymnasium import spaces
    from gymnasium.wrappers import TransformObservation

    assert isinstance(env.observation_space, spaces.Dict)
    return TransformObservation(env, lambda observation: observation, bound_codes(env.observation_space))


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the actions; some environments have only the first three."""
    grid: Any = env.unwrapped
    return ACTIONS[: grid.action_space.n]


def name_keys(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the keys of the actions, as MiniGrid's own manual control has them as far as a terminal can."""
    grid: Any = env.unwrapped
    return KEYS[: grid.action_space.n]


FAMILY = Family(
    "MiniGrid, BabyAI",
    (
        "MiniGrid-Empty-8x8-v0",
        "MiniGrid-DoorKey-5x5-v0",
        "MiniGrid-FourRooms-v0",
        "MiniGrid-Dynamic-Obstacles-6x6-v0",
        "BabyAI-GoToRedBallNoDists-v0",
    ),
    extra="minigrid",
    packages={"minigrid": "Minigrid"},
    prefixes=("MiniGrid-", "BabyAI-"),
    register=register,
    wrap=wrap,
    name_actions=name_actions,
    find_grid=find_grid,
    name_keys=name_keys,
    is_turn_based=True,
)
