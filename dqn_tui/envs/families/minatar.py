"""MinAtar (Young and Tian 2019): five Atari games on a grid of 10x10, with a plane for each kind of thing."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.families.family import Family

if TYPE_CHECKING:
    import gymnasium as gym

    from dqn_tui.config import Config

_ACTIONS = {"n": "no-op", "l": "left", "u": "up", "r": "right", "d": "down", "f": "fire"}


def register() -> None:
    """Register the games, without the plotting libraries."""
    import gymnasium as gym

    if any(env_id.startswith("MinAtar/") for env_id in gym.registry):
        return
    with _without_plotting():
        import_module("minatar.gym").register_envs()


def wrap(env: gym.Env[Any, Any], config: Config) -> gym.Env[Any, Any]:  # noqa: ARG001
    """Return the game with reproducible episodes, and pictures."""
    from dqn_tui.envs.families.minatar_game import MinAtarGame

    return MinAtarGame(env)


def name_actions(env: gym.Env[Any, Any]) -> tuple[str, ...]:
    """Return the names of the actions that the game takes."""
    game: Any = env.unwrapped
    return tuple(_ACTIONS[game.game.env.action_map[action]] for action in game.action_set)


@contextmanager
def _without_plotting() -> Iterator[None]:
    """Hide Matplotlib and Seaborn, whose import by MinAtar takes 3 s and 130 MB, and silence its log without them."""
    missing = [name for name in ("matplotlib", "seaborn") if name not in sys.modules]
    silence = logging.NullHandler()
    logging.root.addHandler(silence)
    sys.modules.update(dict.fromkeys(missing))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
        logging.root.removeHandler(silence)


FAMILY = Family(
    "MinAtar",
    tuple(f"MinAtar/{game}-v1" for game in ("Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders")),
    extra="minatar",
    packages={"minatar": "MinAtar"},
    namespace="MinAtar",
    register=register,
    wrap=wrap,
    name_actions=name_actions,
)
