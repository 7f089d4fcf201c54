"""MinAtar (Young and Tian 2019): five Atari games on a grid of 10x10, a plane for each kind of thing."""

from __future__ import annotations

import colorsys
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

NAMESPACE = "MinAtar"
FRAMES_PER_SECOND = 20


def register() -> None:
    """Make the games known to Gymnasium."""
    if any(env_id.startswith(f"{NAMESPACE}/") for env_id in gym.registry):
        return
    with _without_plotting():
        import_module("minatar.gym").register_envs()


@contextmanager
def _without_plotting() -> Iterator[None]:
    """MinAtar imports Matplotlib and Seaborn if it can, which takes 3 s and 130 MB, and logs where it cannot."""
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


class MinAtarGame(gym.Wrapper[Any, Any, Any, Any]):
    """Episodes that depend on nothing but their seed and actions, and pictures."""

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        self.metadata = {**env.metadata, "render_fps": FRAMES_PER_SECOND}
        self._game: Any = self.get_wrapper_attr("game")
        self._colours = _colours(self._game.n_channels)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; a sticky first action must not repeat the last one of the episode before."""
        self._game.last_action = 0
        return self.env.reset(seed=seed, options=options)

    def render(self) -> Any:
        """RGB uint8 [10, 10, 3]; where things overlap, the last plane is on top."""
        planes: NDArray[np.bool_] = self._game.state()
        return self._colours[(planes * np.arange(1, planes.shape[2] + 1)).max(axis=2)]


def _colours(count: int) -> NDArray[np.uint8]:
    """Black and `count` colours that differ in hue, uint8 [count + 1, 3]."""
    hues = [colorsys.hsv_to_rgb(index / count, 0.65, 1.0) for index in range(count)]
    colours: NDArray[np.uint8] = np.rint(255 * np.array([(0.0, 0.0, 0.0), *hues])).astype(np.uint8)
    return colours
