"""Atari games as the family prepares them: one with reproducible episodes, or the ALE's own vector environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.utils import seeding
from gymnasium.wrappers import AtariPreprocessing, StickyAction
from numpy.typing import NDArray

from dqn_tui.config import Config

NOOP_MAX = 30
FRAME_SKIP = 4
SCREEN_SIZE = 84
SCREENS_PER_SECOND = 60


def preprocess(env: gym.Env[Any, Any], sticky_actions: float) -> gym.Env[Any, Any]:
    """Wrap a game that neither skips frames nor repeats actions; observations become uint8 [84, 84]."""
    sticky: gym.Env[Any, Any] = StickyAction(_LoadedGame(env), sticky_actions)
    wrapped = AtariPreprocessing(sticky, noop_max=NOOP_MAX, frame_skip=FRAME_SKIP, screen_size=SCREEN_SIZE)
    wrapped.metadata = {**env.metadata, "render_fps": SCREENS_PER_SECOND / FRAME_SKIP}
    return wrapped


class _LoadedGame(gym.Wrapper[Any, Any, Any, Any]):
    """Episodes that depend only on their seed and actions, from a ROM that is loaded once.

    With a seed, the game itself loads its ROM at every reset: 0.1 s during which no other thread runs, nor the
    screen. Without one, some games start differently after other episodes. So the game is restored to its state after
    loading, and the seed determines the no-ops and the sticky actions, the only differences between episodes.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self._game: Any = env.unwrapped
        self._loaded: Any = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode."""
        if self._loaded is None:
            self.env.reset(seed=0)
            self._loaded = self._game.clone_state(include_rng=True)
        if seed is not None:
            self._game.np_random, _ = seeding.np_random(seed)
        begun = self.env.reset(options=options)
        self._game.restore_state(self._loaded)
        return begun


class AtariGames:
    """The ALE's vector environment, preprocessed alike, but with its own random numbers: other episodes per seed.

    Each reset loads the ROM again, which takes 0.1 s.
    """

    def __init__(self, config: Config) -> None:
        self.vector = gym.make_vec(
            config.env,
            config.num_envs,
            vectorization_mode="vector_entry_point",
            repeat_action_probability=config.sticky_actions,
            stack_num=config.frame_stack,
            frameskip=FRAME_SKIP,
            noop_max=NOOP_MAX,
            img_height=SCREEN_SIZE,
            img_width=SCREEN_SIZE,
            reward_clipping=False,
            use_fire_reset=False,
        )

    def reset(self, seeds: Mapping[int, int]) -> NDArray[np.uint8]:
        """See `NativeGames`."""
        mask = np.zeros(self.vector.num_envs, bool)
        mask[list(seeds)] = True
        in_order: Any = np.array([seeds[index] for index in np.flatnonzero(mask).tolist()])
        observations: NDArray[np.uint8]
        observations, _ = self.vector.reset(seed=in_order, options={"reset_mask": mask})
        return observations
