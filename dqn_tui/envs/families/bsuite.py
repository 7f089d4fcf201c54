"""The Behaviour Suite (Osband et al. 2020): small experiments, each about one ability, in settings from easy to hard.

Ids are the suite's own with a dash: `deep_sea/3` is `bsuite/deep_sea-3`. The experiments on MNIST are left out: the
package does not bring their data.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family
from dqn_tui.envs.families.light_imports import stand_ins

if TYPE_CHECKING:
    import gymnasium as gym

_PUSHES = ("left", "stay", "right")
_ACTIONS = {
    "catch": _PUSHES,
    "cartpole": _PUSHES,
    "mountain_car": _PUSHES,
    "deep_sea": ("first", "second"),
    "umbrella": ("no umbrella", "umbrella"),
    "memory": ("first", "second"),
}
_OBSERVATIONS = {
    "cartpole": ("x", "x'", "sin θ", "cos θ", "θ'", "time"),
    "cartpole_swingup": ("x", "x'", "sin θ", "cos θ", "θ'", "time", "upright and still", "x near 0"),
    "mountain_car": ("x", "x'", "time"),
}


def register() -> None:
    """Register every setting of every experiment, without the libraries for reports."""
    import gymnasium as gym

    if "bsuite/catch-0" in gym.registry:
        return
    with stand_ins("pandas"):
        import_module("bsuite.bsuite")
    for bsuite_id in import_module("bsuite.sweep").SWEEP:
        if not bsuite_id.startswith("mnist"):
            entry_point = "dqn_tui.envs.families.bsuite_game:BsuiteGame"
            gym.register(f"bsuite/{bsuite_id.replace('/', '-')}", entry_point, kwargs={"bsuite_id": bsuite_id})


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the actions; arms and chains are numbered from 1."""
    game: Any = env.unwrapped
    count = int(game.action_space.n)
    if game.experiment.startswith(("bandit", "discounting_chain")):
        kind = "arm" if game.experiment.startswith("bandit") else "chain"
        return tuple(f"{kind} {number}" for number in range(1, count + 1))
    return next((names for start, names in _ACTIONS.items() if game.experiment.startswith(start)), ())


def name_observations(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the entries of the observations of physics."""
    game: Any = env.unwrapped
    experiment = game.experiment.removesuffix("_noise").removesuffix("_scale")
    return _OBSERVATIONS.get(experiment, ())


FAMILY = Family(
    "bsuite",
    tuple(f"bsuite/{name}-0" for name in ("catch", "deep_sea", "cartpole", "mountain_car", "discounting_chain")),
    extra="bsuite",
    packages={"bsuite": "bsuite"},
    namespace="bsuite",
    register=register,
    name_actions=name_actions,
    is_turn_based=True,
    name_observations=name_observations,
)
