"""Atari 2600 games as Machado et al. (2018) ask for them.

Sticky actions, up to 30 no-ops at reset, each action for 4 frames, the maximum of the last two, 84x84 in gray; a lost
life ends nothing, and rewards are the game's own. That FIRE starts some games is left to be learnt.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym
from gymnasium.wrappers import AtariPreprocessing

NAMESPACE = "ALE"
NOOP_MAX = 30
FRAME_SKIP = 4
SCREEN_SIZE = 84
SCREENS_PER_SECOND = 60


def register() -> None:
    """Make the games known to Gymnasium; they say nothing on the terminal."""
    ale_py = import_module("ale_py")
    gym.register_envs(ale_py)
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    # For pictures this small, handing them to threads costs more than the work.
    import_module("cv2").setNumThreads(1)


def make_arguments(sticky_actions: float) -> dict[str, Any]:
    """What `gym.make` is told: the preprocessing skips frames, so the game must not."""
    return {"frameskip": 1, "repeat_action_probability": sticky_actions}


def preprocess(env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:
    """Observations as uint8 [84, 84]."""
    wrapped = AtariPreprocessing(env, noop_max=NOOP_MAX, frame_skip=FRAME_SKIP, screen_size=SCREEN_SIZE)
    wrapped.metadata = {**env.metadata, "render_fps": SCREENS_PER_SECOND / FRAME_SKIP}
    return wrapped
