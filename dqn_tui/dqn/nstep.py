"""n-step returns (Sutton 1988; Hessel et al. 2018): n rewards before the bootstrap."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Transition(NamedTuple):
    """One entry of the replay buffer.

    Attributes:
        observation: float32 [D].
        action: index of the action.
        reward: sum of the k rewards, discounted to the first step.
        discount: gamma ** k, or 0 where the next observation was terminal.
        next_observation: float32 [D], the observation k steps on.
    """

    observation: NDArray[np.float32]
    action: int
    reward: float
    discount: float
    next_observation: NDArray[np.float32]


class NStepAccumulator:
    """Turns single steps of one environment into n-step transitions.

    At the end of an episode the tail is flushed: its last n - 1 steps become transitions of fewer steps, each
    with the discount of its true length. Truncation bootstraps, termination does not.
    """

    def __init__(self, n_steps: int, gamma: float) -> None:
        self._n_steps = n_steps
        self._gamma = gamma
        self._steps: deque[tuple[NDArray[np.float32], int, float]] = deque()

    def add(
        self,
        observation: NDArray[np.float32],
        action: int,
        reward: float,
        next_observation: NDArray[np.float32],
        *,
        terminated: bool,
        truncated: bool,
    ) -> list[Transition]:
        """Take one step in; get the transitions that it completes."""
        self._steps.append((observation, action, reward))
        if terminated or truncated:
            transitions = []
            while self._steps:
                transitions.append(self._pop(next_observation, terminated=terminated))
            return transitions
        if len(self._steps) == self._n_steps:
            return [self._pop(next_observation, terminated=False)]
        return []

    def clear(self) -> None:
        """Forget the steps that wait."""
        self._steps.clear()

    def get_state(self) -> dict[str, NDArray[Any]]:
        """The k steps that wait: observations [k, D], actions [k], rewards float64 [k]."""
        observations = [observation for observation, _, _ in self._steps]
        return {
            "observations": np.array(observations, np.float32),
            "actions": np.array([action for _, action, _ in self._steps], np.int64),
            "rewards": np.array([reward for _, _, reward in self._steps], np.float64),
        }

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take in what `get_state` gave."""
        self._steps.clear()
        for observation, action, reward in zip(state["observations"], state["actions"], state["rewards"], strict=True):
            self._steps.append((observation.copy(), int(action), float(reward)))

    def _pop(self, next_observation: NDArray[np.float32], *, terminated: bool) -> Transition:
        """The transition from the oldest step waiting to `next_observation`."""
        total, discount = 0.0, 1.0
        for _, _, reward in self._steps:
            total += discount * reward
            discount *= self._gamma
        observation, action, _ = self._steps.popleft()
        return Transition(observation, action, total, 0.0 if terminated else discount, next_observation)
