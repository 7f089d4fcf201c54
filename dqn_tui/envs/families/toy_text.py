"""Toy text, which comes with Gymnasium: small grids with tables of transitions."""

from __future__ import annotations

from dqn_tui.envs.families.family import Family, names_by_environment

_LAKE = ("left", "down", "right", "up")
_ACTIONS = {
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "CliffWalking": ("up", "right", "down", "left"),
    "Taxi": ("south", "north", "east", "west", "pick up", "drop off"),
    "Blackjack": ("stick", "hit"),
}

FAMILY = Family(
    "Toy text",
    ("FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "Taxi-v4"),
    packages={"pygame": "pygame"},
    name_actions=names_by_environment(_ACTIONS),
)
