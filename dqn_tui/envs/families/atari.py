"""Atari 2600 games, as Machado et al. (2018) recommend.

Sticky actions, up to 30 no-ops at reset, each action for 4 frames, the maximum of the last two, 84x84 in gray; a lost
life ends nothing, and rewards are the game's own. Pressing FIRE to start a game is left to the policy.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family, NativeGames, NativeVector

if TYPE_CHECKING:
    import gymnasium as gym

    from dqn_tui.config import Config

_BUTTONS = re.compile("NOOP|UP|DOWN|LEFT|RIGHT|FIRE")


def is_atari(env_id: str) -> bool:
    """Whether an id is that of an Atari game, by the ALE's names or by those of old versions of Gym."""
    return FAMILY.owns(env_id) or "NoFrameskip-v" in env_id


def register() -> None:
    """Register the games, and keep them from printing."""
    import gymnasium as gym

    ale_py = import_module("ale_py")
    gym.register_envs(ale_py)
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    # For pictures this small, handing them to threads costs more than the work.
    import_module("cv2").setNumThreads(1)


def wrap(env: gym.Env[Any, Any], config: Config) -> gym.Env[Any, Any]:
    """Return the game with observations as uint8 [84, 84]."""
    from dqn_tui.envs.families.atari_game import preprocess

    return preprocess(env, config.sticky_actions)


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the ALE's names of the actions: `RIGHTFIRE` as `right fire`."""
    game: Any = env.unwrapped
    return tuple(" ".join(_BUTTONS.findall(name)).lower() for name in game.get_action_meanings())


def make_games(config: Config) -> NativeGames:
    """Return the ALE's own vector environment."""
    from dqn_tui.envs.families.atari_game import AtariGames

    return AtariGames(config)


FAMILY = Family(
    "Atari",
    tuple(f"ALE/{game}-v5" for game in ("Pong", "Breakout", "SpaceInvaders", "Qbert", "MsPacman")),
    extra="atari",
    packages={"ale_py": "ale-py", "cv2": "OpenCV"},
    namespace="ALE",
    register=register,
    # The preprocessing skips frames and a wrapper repeats actions, so the game must do neither.
    arguments={"frameskip": 1, "repeat_action_probability": 0.0},
    wrap=wrap,
    name_actions=name_actions,
    native=NativeVector("Atari games", "ale_py.vector_env:AtariVectorEnv", make_games, has_own_episodes=True),
)
