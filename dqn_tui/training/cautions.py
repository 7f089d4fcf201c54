"""Warnings about settings that keep a run from learning, each raised once in a run."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.training.learner import Learner

LARGE_ERROR_SHARE = 0.4
"""CartPole learns well with a quarter of its errors beyond 1: its rewards are not random."""
LARGE_ENTRY = 100.0
"""Of vectors; the presets' environments stay below 30."""
_SCALING_KEYS = ("scale_observations", "normalize_observations")
SHARES_KEPT = 40
"""Progress events over which the share of large errors is averaged: about 1,000 updates with the default settings."""


class Cautions:
    """Checks made at the start of a run and at each progress event."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._shares: deque[float] = deque(maxlen=SHARES_KEPT)
        self._raised: list[str] = []

    def find_at_start(self) -> Iterator[str]:
        """Yield a warning where the run is too short for a single update."""
        config = self._config
        for key, needed in (("learning_starts", config.learning_starts), ("batch_size", config.batch_size - 1)):
            if config.total_timesteps <= needed:
                yield (
                    f"nothing will be learned: the run has {config.total_timesteps:,} steps, "
                    f"and {key} is {getattr(config, key):,}"
                )
                return

    def find(self, learner: Learner, td_errors: NDArray[np.float32] | None) -> Iterator[str]:
        """Yield the warnings that are new.

        Args:
            learner: the present state of learning.
            td_errors: absolute TD errors of the newest update, in learned units; None where there was none.
        """
        checks = {
            "large_observations": self._find_large_observations(learner),
            "starved": self._find_starvation(learner),
            "large_errors": self._find_large_errors(td_errors),
        }
        for name, message in checks.items():
            if message and name not in self._raised:
                self._raised.append(name)
                yield message

    def get_state(self) -> dict[str, Any]:
        """Return what later warnings depend on."""
        return {"raised": list(self._raised), "large_error_shares": list(self._shares)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `get_state`; an old checkpoint has none, and may raise a warning again."""
        self._raised = [str(name) for name in state.get("raised", ())]
        self._shares = deque(map(float, state.get("large_error_shares", ())), maxlen=SHARES_KEPT)

    def _find_starvation(self, learner: Learner) -> str | None:
        """Short episodes of images take two or more frames for each transition, and the buffer holds one and a bit."""
        config, size = self._config, learner.replay.size
        has_filled = learner.step >= config.buffer_size + config.num_envs * config.n_steps
        if size >= config.batch_size or learner.step < config.learning_starts or not has_filled:
            return None
        needed = 2 * config.batch_size * config.buffer_size // max(1, size)
        return (
            f"no updates are made: episodes are so short that the replay buffer's frames make up only {size} "
            f"transitions, fewer than batch_size={config.batch_size}; start a run with buffer_size={needed} or larger"
        )

    def _find_large_observations(self, learner: Learner) -> str | None:
        """Entries this large drown the others, and make the first layer's gradients explode."""
        if self._config.normalize_observations:
            return None
        largest = learner.largest_entry
        if largest is None or largest <= LARGE_ENTRY:
            return None
        keys = ("normalize_observations",) if self._config.scale_observations else _SCALING_KEYS
        advice = " or ".join(f"{key}=true" for key in keys)
        return f"the observations' vector has entries as large as {largest:,.0f}; learning is easier with {advice}"

    def _find_large_errors(self, td_errors: NDArray[np.float32] | None) -> str | None:
        """Beyond 1 the Huber loss pulls towards the median of random returns instead of their mean.

        Quantile regression estimates quantiles either way, and C51 has no Huber loss.
        """
        if td_errors is None or self._config.distribution != "none":
            return None
        self._shares.append(int(np.count_nonzero(td_errors > 1)) / len(td_errors))
        share = sum(self._shares) / len(self._shares)
        if len(self._shares) < SHARES_KEPT or share <= LARGE_ERROR_SHARE:
            return None
        scale = _round_down(self._config.reward_scale / float(np.sort(td_errors)[int(0.9 * len(td_errors))]))
        return (
            f"{share:.0%} of the TD errors are larger than 1, where the Huber loss is linear and biases the values of "
            f"random rewards; start a run with a smaller reward_scale, such as {scale:g}"
        )


def _round_down(number: float) -> float:
    """Round to one significant digit, downwards."""
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{math.floor(number / power) * power:.1g}")
