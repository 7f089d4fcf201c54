"""Atari 2600 games as Machado et al. (2018) ask for them.

Sticky actions, up to 30 no-ops at reset, each action for 4 frames, the maximum of the last two, 84x84 in gray; a lost
life ends nothing, and rewards are the game's own. That FIRE starts some games is left to be learnt.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym
from gymnasium.utils import seeding
from gymnasium.wrappers import AtariPreprocessing, StickyAction

NAMESPACE = "ALE"
NOOP_MAX = 30
FRAME_SKIP = 4
SCREEN_SIZE = 84
SCREENS_PER_SECOND = 60
# The preprocessing skips frames and a wrapper repeats actions, so the game must do neither.
ARGUMENTS = {"frameskip": 1, "repeat_action_probability": 0.0}


def register() -> None:
    """Make the games known to Gymnasium; they say nothing on the terminal."""
    ale_py = import_module("ale_py")
    gym.register_envs(ale_py)
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    # For pictures this small, handing them to threads costs more than the work.
    import_module("cv2").setNumThreads(1)


def preprocess(env: gym.Env[Any, Any], sticky_actions: float) -> gym.Env[Any, Any]:
    """The game made with `ARGUMENTS`, with observations as uint8 [84, 84]."""
    sticky: gym.Env[Any, Any] = StickyAction(_LoadedGame(env), sticky_actions)
    wrapped = AtariPreprocessing(sticky, noop_max=NOOP_MAX, frame_skip=FRAME_SKIP, screen_size=SCREEN_SIZE)
    wrapped.metadata = {**env.metadata, "render_fps": SCREENS_PER_SECOND / FRAME_SKIP}
    return wrapped


class _LoadedGame(gym.Wrapper[Any, Any, Any, Any]):
    """Episodes that depend on nothing but their seed and actions, from a ROM that is loaded once.

    With a seed, the game itself would load its ROM at every reset: 0.1 s in which no other thread runs, the screen's
    neither. Without one, some games begin in other ways after other episodes. So the game goes back to its state after
    loading, and the seed determines the no-ops and the sticky actions: all that differs between episodes.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self._game: Any = env.unwrapped
        self._loaded: Any = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        if self._loaded is None:
            self.env.reset(seed=0)
            self._loaded = self._game.clone_state(include_rng=True)
        if seed is not None:
            self._game.np_random, _ = seeding.np_random(seed)
        begun = self.env.reset(options=options)
        self._game.restore_state(self._loaded)
        return begun
