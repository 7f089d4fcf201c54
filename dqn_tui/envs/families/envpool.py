"""EnvPool (Weng et al. 2022): other people's environments written again in C++, many times faster.

Ids are EnvPool's after `EnvPool/`, of environments with discrete actions for one player. Its Atari games are left to
the ALE, which loads a game in a quarter of the time.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families import box2d, classic, highway, toy_text
from dqn_tui.envs.families.family import Family, JoinedGames, JoinedVector, Names
from dqn_tui.envs.families.minigrid_codes import ACTIONS

if TYPE_CHECKING:
    import gymnasium as gym

_SUITES = ("classic_control", "toy_text", "box2d", "minigrid", "highway", "procgen", "jumanji")
_FAMILIES = (classic.FAMILY, toy_text.FAMILY, box2d.FAMILY)
_ENTRY_POINT = "dqn_tui.envs.families.envpool_game:EnvPoolGame"
_CARS = 5
_NO_THRESHOLD = 1e6


def register() -> None:
    """Register the environments of the suites that can be used here; Procgen needs Qt 5."""
    import gymnasium as gym

    if any(env_id.startswith("EnvPool/") for env_id in gym.registry):
        return
    import_module("envpool")
    pools: Any = import_module("envpool.registration")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for env_id, (module, *_) in pools.registry.specs.items():
            suite = module.removeprefix("envpool.")
            if suite in _SUITES and "/" not in env_id and (spec := _for_one_agent(pools, env_id)):
                _register(env_id, suite, getattr(spec.config, "reward_threshold", 0.0))


def _register(env_id: str, suite: str, threshold: float) -> None:
    import gymnasium as gym

    gym.register(
        f"EnvPool/{env_id}",
        _ENTRY_POINT,
        reward_threshold=threshold if 0 < threshold < _NO_THRESHOLD else None,
        kwargs={"pool_id": env_id, "suite": suite},
    )


def _for_one_agent(pools: Any, env_id: str) -> Any:
    """Return the spec of an environment with discrete actions for one agent, or None for another."""
    from gymnasium import spaces

    try:
        spec = pools.make_spec(env_id, num_envs=1)
    except (ImportError, RuntimeError):
        return None
    is_usable = isinstance(spec.gymnasium_action_space, spaces.Discrete) and spec.config.max_num_players == 1
    return spec if is_usable else None


def name_actions(env: gym.Env[Any, Any]) -> Names:
    """Return the names that the same environment has in its own package."""
    game: Any = env.unwrapped
    if game.suite == "minigrid":
        return ACTIONS[: game.action_space.n]
    if game.suite == "highway":
        return highway.META_ACTIONS if game.action_space.n == len(highway.META_ACTIONS) else ()
    return _first_names([family.name_actions(env) for family in _FAMILIES])


def name_observations(env: gym.Env[Any, Any]) -> Names:
    """Return the names that the same entries have in their own package."""
    game: Any = env.unwrapped
    if game.suite == "highway":
        return highway.name_cars(highway.FEATURES, _CARS)
    return _first_names([family.name_observations(env) for family in _FAMILIES])


def join_games(games: Sequence[Any]) -> JoinedGames:
    """Let games take their steps in common pools."""
    from dqn_tui.envs.families.envpool_joined import JoinedPools

    return JoinedPools(games)


def _first_names(found: list[Names]) -> Names:
    return next(filter(None, found), ())


FAMILY = Family(
    "EnvPool",
    (
        "EnvPool/MiniGrid-DoorKey-5x5-v0",
        "EnvPool/BabyAI-GoToRedBall-v0",
        "EnvPool/highway-fast-v0",
        "EnvPool/CartPole-v1",
    ),
    extra="envpool",
    packages={"envpool": "EnvPool"},
    namespace="EnvPool",
    register=register,
    name_actions=name_actions,
    name_observations=name_observations,
    # Around the games, a wrapper could change actions that were taken already.
    native=JoinedVector("EnvPool's environments", _ENTRY_POINT, join_games, {"wrappers": ()}),
)
