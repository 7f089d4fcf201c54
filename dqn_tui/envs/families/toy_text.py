"""Toy text, which comes with Gymnasium: small grids with tables of transitions."""

from __future__ import annotations

from dqn_tui.envs.families.family import Family, names_by_environment
from dqn_tui.envs.families.toy_grids import find_grid

_LAKE = ("left", "down", "right", "up")
_ACTIONS = {
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "CliffWalking": ("up", "right", "down", "left"),
    "Taxi": ("south", "north", "east", "west", "pick up", "drop off"),
    "Blackjack": ("stick", "hit"),
}


def register() -> None:
    """Give Taxi its present id before Gymnasium 1.3, where version 3 differs only in rules that are off by default."""
    import gymnasium as gym

    if "Taxi-v4" not in gym.registry:
        old = gym.spec("Taxi-v3")
        assert old.entry_point is not None
        gym.register(
            "Taxi-v4",
            old.entry_point,
            reward_threshold=old.reward_threshold,
            max_episode_steps=old.max_episode_steps,
        )


FAMILY = Family(
    "Toy text",
    ("FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "Taxi-v4"),
    packages={"pygame": "pygame"},
    register=register,
    name_actions=names_by_environment(_ACTIONS),
    find_grid=find_grid,
    is_turn_based=True,
)
