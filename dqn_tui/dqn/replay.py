"""Experience replay (Lin 1992; Mnih et al. 2015): a ring of transitions in arrays that are allocated once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.nstep import Transition


@dataclass(frozen=True)
class Batch:
    """B transitions, drawn for one update.

    Attributes:
        observations: float32 [B, D].
        actions: int64 [B].
        rewards: float32 [B], the discounted sum over the transition's steps.
        discounts: float32 [B], what the next observation's value is multiplied by; 0 where it was terminal.
        next_observations: float32 [B, D].
    """

    observations: NDArray[np.float32]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float32]
    discounts: NDArray[np.float32]
    next_observations: NDArray[np.float32]


_ARRAYS = ("observations", "actions", "rewards", "discounts", "next_observations")


class ReplayBuffer:
    """The last `capacity` transitions, drawn uniformly with replacement."""

    def __init__(self, capacity: int, observation_size: int) -> None:
        self.capacity = capacity
        self.size = 0
        self.position = 0
        self.observations = np.zeros((capacity, observation_size), np.float32)
        self.actions = np.zeros(capacity, np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.discounts = np.zeros(capacity, np.float32)
        self.next_observations = np.zeros((capacity, observation_size), np.float32)

    def add(self, transition: Transition) -> None:
        """Store a transition over the oldest one where the ring is full."""
        position = self.position
        self.observations[position] = transition.observation
        self.actions[position] = transition.action
        self.rewards[position] = transition.reward
        self.discounts[position] = transition.discount
        self.next_observations[position] = transition.next_observation
        self.position = (position + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def sample(self, batch_size: int, generator: np.random.Generator) -> Batch:
        """Draw `batch_size` transitions.

        Raises:
            ValueError: the buffer is empty.
        """
        if not self.size:
            raise ValueError("cannot sample from an empty replay buffer")
        indices = generator.integers(0, self.size, batch_size)
        return Batch(
            observations=self.observations.take(indices, axis=0),
            actions=self.actions.take(indices),
            rewards=self.rewards.take(indices),
            discounts=self.discounts.take(indices),
            next_observations=self.next_observations.take(indices, axis=0),
        )

    def get_state(self) -> dict[str, NDArray[Any]]:
        """The transitions that are stored, and the write position; arrays [size, ...] are views, not copies."""
        state = {name: getattr(self, name)[: self.size] for name in _ARRAYS}
        return state | {"position": np.array(self.position)}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take in what `get_state` gave.

        Raises:
            ValueError: there are more transitions than fit, or they have another shape.
        """
        size = len(state["actions"])
        if size > self.capacity:
            raise ValueError(f"{size} transitions do not fit into a replay buffer of {self.capacity}")
        for name in _ARRAYS:
            getattr(self, name)[:size] = state[name]
        self.size = size
        self.position = int(state["position"]) % self.capacity
