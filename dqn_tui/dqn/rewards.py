"""Rewards as the networks learn them, and the way back to the environment's own units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

Values = TypeVar("Values", float, NDArray[np.float32], "Tensor")


class RewardTransform:
    """Sign, scale, and back: the one owner of `clip_rewards` and `reward_scale`.

    Attributes:
        largest: the largest magnitude of a reward whose n-step sum is sure to be finite as float32.
    """

    def __init__(self, config: Config) -> None:
        self._should_clip = config.clip_rewards
        self._scale = config.reward_scale
        self.largest = LARGEST_FLOAT32 / config.n_steps / max(1.0, config.reward_scale)

    def learned(self, rewards: NDArray[np.float64]) -> NDArray[Any]:
        """Return the rewards to learn from, of any shape: their signs with `clip_rewards`, times `reward_scale`."""
        rewards = np.sign(rewards) if self._should_clip else rewards
        return rewards if self._scale == 1 else rewards * self._scale

    def original(self, values: Values) -> Values:
        """Return learned returns, Q-values or TD errors without `reward_scale`; signs cannot be undone."""
        return values if self._scale == 1 else values / self._scale
