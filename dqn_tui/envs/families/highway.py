"""highway-env (Leurent 2018): driving among other cars, with a decision per second on most roads."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family, Names
from dqn_tui.envs.families.light_imports import stand_ins

if TYPE_CHECKING:
    import gymnasium as gym

_OTHERS = (
    *("intersection-multi-agent", "lane-keeping", "merge-generic", "parking", "parking-ActionRepeat"),
    *("two-way", "u-turn", "parking-parked", "racetrack", "racetrack-large", "racetrack-oval", "roundabout-generic"),
)
META_ACTIONS = ("lane left", "idle", "lane right", "faster", "slower")
FEATURES = ("presence", "x", "y", "vx", "vy")
# As highway-env's own manual control: the road leads to the right.
_KEYS = {"lane left": "up", "lane right": "down", "faster": "right", "slower": "left"}
_SHORT = {"vx": "x'", "vy": "y'"}


def register() -> None:
    """Register the roads, without the plotting library."""
    with stand_ins("matplotlib", "matplotlib.pyplot"):
        import_module("highway_env")._register_highway_envs()
        # The roads import their vehicles only when the first one is made.
        import_module("highway_env.vehicle.dynamics")


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of meta-actions: `LANE_LEFT` as `lane left`."""
    road: Any = env.unwrapped
    names = getattr(road.action_type, "actions", {})
    return tuple(names[action].replace("_", " ").lower() for action in sorted(names))


def name_keys(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the keys of meta-actions."""
    return tuple(_KEYS.get(name, "") for name in name_actions(env))


def name_observations(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return a name for each feature of each car, such as `x 0` for one's own; only of kinematic observations."""
    road: Any = env.unwrapped
    kind = road.observation_type
    if not any(ancestor.__name__ == "KinematicObservation" for ancestor in type(kind).__mro__):
        return ()
    return name_cars(kind.features, kind.vehicles_count)


def name_cars(features: Iterable[str], cars: int) -> Names:
    """Return a name for each feature of each car; the one that drives is car 0."""
    return tuple(f"{_SHORT.get(feature, feature)} {car}" for car in range(cars) for feature in features)


FAMILY = Family(
    "highway-env",
    (
        "highway-fast-v0",
        "highway-v0",
        "merge-v1",
        "roundabout-v1",
        "intersection-v2",
        "exit-v1",
    ),
    extra="highway",
    packages={"highway_env": "highway-env"},
    prefixes=tuple(f"{name}-v" for name in _OTHERS),
    register=register,
    name_actions=name_actions,
    name_keys=name_keys,
    is_turn_based=True,
    name_observations=name_observations,
)
