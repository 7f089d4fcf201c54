"""Box2D: physics in two dimensions."""

from __future__ import annotations

from dqn_tui.envs.families.family import Family, axes_by_environment, names_by_environment
from dqn_tui.envs.geometry import PlaneAxis

_ACTIONS = {"LunarLander": ("nothing", "left engine", "main engine", "right engine")}
_OBSERVATIONS = {"LunarLander": ("x", "y", "x'", "y'", "θ", "θ'", "left leg", "right leg")}
_AXES = {
    "LunarLander": (
        PlaneAxis("x", -1.0, 1.0),
        PlaneAxis("y", 0.0, 1.5),
        PlaneAxis("x'", -1.5, 1.5),
        PlaneAxis("y'", -1.5, 1.5),
        PlaneAxis("θ", -1.57, 1.57, "rad"),
        PlaneAxis("θ'", -3.0, 3.0),
        PlaneAxis("left leg", 0.0, 1.0),
        PlaneAxis("right leg", 0.0, 1.0),
    )
}

FAMILY = Family(
    "Box2D",
    ("LunarLander-v3",),
    extra="box2d",
    packages={"Box2D": "Box2D"},
    name_actions=names_by_environment(_ACTIONS),
    name_observations=names_by_environment(_OBSERVATIONS),
    measure_axes=axes_by_environment(_AXES),
    best_axes={"LunarLander": (0, 1)},
)
