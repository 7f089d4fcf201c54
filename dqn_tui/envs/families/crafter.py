"""Crafter (Hafner 2022): survival in a world of blocks, with 22 achievements, seen as pictures of 64x64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family

if TYPE_CHECKING:
    import gymnasium as gym


def register() -> None:
    """Register the game with the ids that it had in old versions of Gym."""
    import gymnasium as gym

    if "CrafterReward-v1" in gym.registry:
        return
    for name, has_reward in (("CrafterReward-v1", True), ("CrafterNoReward-v1", False)):
        gym.register(name, "dqn_tui.envs.families.crafter_game:CrafterGame", kwargs={"reward": has_reward})


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the game's names of the actions, as short as they are clear: `make_iron_sword` as `iron sword`."""
    game: Any = env.unwrapped
    return tuple(name.replace("_", " ").removeprefix("move ").removeprefix("make ") for name in game.action_names)


FAMILY = Family(
    "Crafter",
    ("CrafterReward-v1", "CrafterNoReward-v1"),
    extra="crafter",
    packages={"crafter": "Crafter"},
    register=register,
    name_actions=name_actions,
    is_turn_based=True,
)
