"""A MinAtar game with reproducible episodes, and pictures."""

from __future__ import annotations

import colorsys
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

FRAMES_PER_SECOND = 20


class MinAtarGame(gym.Wrapper[Any, Any, Any, Any]):
    """Episodes that depend only on their seed and actions, rendered as RGB arrays."""

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self.metadata = {**env.metadata, "render_fps": FRAMES_PER_SECOND}
        self._game: Any = self.get_wrapper_attr("game")
        self._colours = _colours(self._game.n_channels)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; a sticky first action must not repeat the last one of the previous episode."""
        self._game.last_action = 0
        return self.env.reset(seed=seed, options=options)

    def render(self) -> Any:
        """Return RGB uint8 [10, 10, 3]; where things overlap, the last plane is on top."""
        planes: NDArray[np.bool_] = self._game.state()
        return self._colours[(planes * np.arange(1, planes.shape[2] + 1)).max(axis=2)]


def _colours(count: int) -> NDArray[np.uint8]:
    """Return black and `count` colours of different hues, uint8 [count + 1, 3]."""
    hues = [colorsys.hsv_to_rgb(index / count, 0.65, 1.0) for index in range(count)]
    colours: NDArray[np.uint8] = np.rint(255 * np.array([(0.0, 0.0, 0.0), *hues])).astype(np.uint8)
    return colours
