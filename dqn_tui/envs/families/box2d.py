"""Box2D: physics in two dimensions."""

from __future__ import annotations

from dqn_tui.envs.families.family import Family, names_by_environment

_ACTIONS = {"LunarLander": ("nothing", "left engine", "main engine", "right engine")}
_OBSERVATIONS = {"LunarLander": ("x", "y", "x'", "y'", "θ", "θ'", "left leg", "right leg")}

FAMILY = Family(
    "Box2D",
    ("LunarLander-v3",),
    extra="box2d",
    packages={"Box2D": "Box2D"},
    name_actions=names_by_environment(_ACTIONS),
    name_observations=names_by_environment(_OBSERVATIONS),
)
