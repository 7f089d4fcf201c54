"""An experiment of the Behaviour Suite as a Gymnasium environment with reproducible episodes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray


class BsuiteGame(gym.Env[NDArray[Any], np.int64]):
    """One setting of an experiment; its episodes depend only on their seed and actions.

    Args:
        bsuite_id: such as `"catch/0"`.
        render_mode: "ansi" or None; only boards are drawn.
    """

    def __init__(self, bsuite_id: str, render_mode: str | None = None) -> None:
        settings: Any = import_module("bsuite.sweep").SETTINGS[bsuite_id]
        self.experiment = bsuite_id.partition("/")[0]
        self.render_mode = render_mode
        # Not by its id: that prints.
        self._game: Any = import_module("bsuite.bsuite").load(self.experiment, settings)
        self.action_space = spaces.Discrete(self._game.action_spec().num_values)
        self.observation_space = _to_box(self._game.observation_spec())
        is_board = len(self.observation_space.shape) == 2 and self.observation_space.shape[0] > 1
        self.metadata = {"render_modes": ["ansi"] if is_board else [], "render_fps": 4}
        self._observation: NDArray[Any] = np.zeros(self.observation_space.shape)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; the rules that the experiment drew when it was made stay."""
        super().reset(seed=seed, options=options)
        game = self._game
        while game is not None:
            if "_rng" in vars(game):
                vars(game)["_rng"] = np.random.RandomState(self.np_random.integers(2**31))
            game = vars(game).get("_env")
        self._observation = self._game.reset().observation
        return self._observation, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action; an end with a discount above 0 is a truncation."""
        moment = self._game.step(action)
        self._observation = moment.observation
        terminated = bool(moment.last() and moment.discount == 0)
        return moment.observation, float(moment.reward), terminated, bool(moment.last() and not terminated), {}

    def render(self) -> Any:
        """Return the board as text."""
        return "\n".join("".join("#" if cell else "." for cell in row) for row in self._observation)


def _to_box(spec: Any) -> spaces.Box:
    low, high = getattr(spec, "minimum", -np.inf), getattr(spec, "maximum", np.inf)
    return spaces.Box(np.broadcast_to(low, spec.shape), np.broadcast_to(high, spec.shape), dtype=spec.dtype)
