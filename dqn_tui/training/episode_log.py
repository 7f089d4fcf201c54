"""What is known of the steps of a watched episode, without its pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.rollout import Trace

_FIRST_ROWS = 256


class _Column:
    """An array that grows at its end; what it has handed out stays as it is while nothing is cut."""

    def __init__(self, dtype: type[np.generic], *shape: int) -> None:
        self._rows = np.zeros((_FIRST_ROWS, *shape), dtype)
        self._length = 0

    def append(self, value: Any) -> None:
        if self._length == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._length] = value
        self._length += 1

    def cut(self, length: int) -> None:
        # What was handed out before may still be drawn.
        self._rows = self._rows.copy()
        self._length = min(self._length, max(0, length))

    @property
    def known(self) -> NDArray[Any]:
        return self._rows[: self._length]


class EpisodeLog:
    """The observations of an episode from its reset on, and the steps between them.

    Args:
        action_count: A.
        vector_size: D, entries of an observation's vector that are kept; 0 for none.
    """

    def __init__(self, action_count: int, vector_size: int) -> None:
        self._q_values = _Column(np.float32, action_count)
        self._greedy = _Column(np.int64)
        self._masks = _Column(np.bool_, action_count)
        self._vectors = _Column(np.float32, vector_size)
        self._hashes = _Column(np.uint32)
        self._values = _Column(np.float32)
        self._returns = _Column(np.float64)
        self._taken = _Column(np.int64)
        self._rewards = _Column(np.float32)
        self._td_errors = _Column(np.float32)
        self._newest_reward = 0.0

    @property
    def steps(self) -> int:
        """Number of the steps that are known."""
        return len(self._returns.known) - 1

    @property
    def taken(self) -> NDArray[np.int64]:
        """The action of each step, int64 [steps]."""
        return self._taken.known

    @property
    def trace(self) -> Trace:
        """Values, rewards and TD errors so far."""
        return Trace(self._values.known, self._rewards.known, self._td_errors.known)

    def add_observation(
        self,
        q_values: NDArray[np.float32],
        greedy: int,
        mask: NDArray[np.bool_] | None,
        vector: NDArray[np.float32],
        observation_hash: int,
    ) -> None:
        """Add the reset's observation, or that to which the newest step led; NaN stands for unknown Q-values."""
        self._q_values.append(q_values)
        self._greedy.append(greedy)
        self._masks.append(True if mask is None else mask)
        self._vectors.append(vector)
        self._hashes.append(observation_hash)
        self._values.append(q_values[greedy])
        self._returns.append(self._returns.known[-1] + self._newest_reward if self.steps >= 0 else 0.0)

    def add_step(self, action: int, reward: float) -> None:
        """Add a step from the newest observation; the one to which it leads is added next."""
        self._taken.append(action)
        self._rewards.append(reward)
        self._newest_reward = reward

    def add_td_error(self, learned_reward: float, discount: float) -> None:
        """Add the TD error of the newest step, after its observation; `discount` is 0 where the episode terminated."""
        step = self.steps - 1
        # A value after the end may be anything, NaN too.
        following = discount * float(self._values.known[step + 1]) if discount else 0.0
        self._td_errors.append(learned_reward + following - float(self._q_values.known[step][self._taken.known[step]]))

    def is_same(self, step: int, observation_hash: int, reward: float | None = None) -> bool:
        """Return whether an observation, and the reward that came with it, are those of this step."""
        is_reward = reward is None or np.array_equal(self._rewards.known[step - 1], np.float32(reward), equal_nan=True)
        return is_reward and int(self._hashes.known[step]) == observation_hash

    def q_values(self, step: int) -> tuple[float, ...]:
        """Return the Q-value of each action at a step; empty where they are unknown."""
        values = self._q_values.known[step]
        return () if np.isnan(values).all() else tuple(values.tolist())

    def greedy(self, step: int) -> int:
        """Return the greedy action at a step."""
        return int(self._greedy.known[step])

    def mask(self, step: int) -> tuple[bool, ...] | None:
        """Return which actions are allowed at a step; None where all are."""
        mask = self._masks.known[step]
        return None if mask.all() else tuple(mask.tolist())

    def vector(self, step: int) -> tuple[float, ...]:
        """Return the entries of the observation's vector that are kept."""
        return tuple(self._vectors.known[step].tolist())

    def return_at(self, step: int) -> float:
        """Return the undiscounted sum of the rewards before a step."""
        return float(self._returns.known[step])

    def cut(self, steps: int) -> None:
        """Forget everything after so many steps."""
        for column in (self._taken, self._rewards, self._td_errors):
            column.cut(steps)
        for column in (self._q_values, self._greedy, self._masks, self._vectors, self._hashes):
            column.cut(steps + 1)
        self._values.cut(steps + 1)
        self._returns.cut(steps + 1)
