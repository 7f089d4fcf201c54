"""2048 with masks of its legal moves."""

from __future__ import annotations

import warnings
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray


class LegalMoves(gym.Wrapper[Any, Any, Any, Any]):
    """The game with `info["action_mask"]`: a move that changes nothing passes no time, so it could be made for ever."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start a game."""
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, {**info, "action_mask": legal_moves(info["board"])}

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Make a move."""
        *results, info = self.env.step(action)
        return *results, {**info, "action_mask": legal_moves(info["board"])}

    def render(self) -> Any:
        """Return RGB uint8 [460, 400, 3]; the game warns where its font is not installed."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.env.render()


def legal_moves(board: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which of up, right, down and left move or merge a tile, bool [4]; 0 is an empty cell."""
    can = []
    for turns in (0, 1, 2, 3):
        turned = np.rot90(board, turns)
        near, far = turned[:-1], turned[1:]
        can.append(bool(((far != 0) & ((near == 0) | (near == far))).any()))
    return np.array(can)
