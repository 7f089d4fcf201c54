"""n-step transitions, and a ring of them that refers to observations by number."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.observation_store import Numbers, read_numbers
from dqn_tui.dqn.ring import read_ring, write_ring
from dqn_tui.dqn.saved import Arrays, read_finite, read_integers


class Transition(NamedTuple):
    """One entry of the replay buffer.

    Attributes:
        observation: numbers of its frames.
        action: index of the action.
        reward: sum of the k rewards, discounted to the first step.
        discount: gamma ** k, or 0 if the next observation is terminal.
        next_observation: frame numbers of the observation k steps later.
    """

    observation: Numbers
    action: int
    reward: float
    discount: float
    next_observation: Numbers


class TransitionRing:
    """The last `capacity` transitions, except those whose observations are gone.

    It holds positions [tail, head), which only ever grow; position p is in slot p % capacity.

    Attributes:
        capacity: number of transitions it can hold.
        tail: position of the oldest transition.
        head: position of the next transition.
        numbers: int64 [capacity, 2 * frames], frame numbers of the observation and of the next observation.
        actions: int64 [capacity].
        rewards: float32 [capacity].
        discounts: float32 [capacity].
    """

    def __init__(self, capacity: int, frames: int) -> None:
        self.capacity = capacity
        self.tail = self.head = 0
        self.numbers = np.zeros((capacity, 2 * frames), np.int64)
        self.actions = np.zeros(capacity, np.int64)
        self.rewards = np.zeros(capacity, np.float32)
        self.discounts = np.zeros(capacity, np.float32)
        # The smallest frame number of each transition and of all later ones. The episodes of several environments end
        # at different times, so the oldest transition need not have the oldest frame.
        self._oldest = np.zeros(capacity, np.int64)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        arrays = (self.numbers, self.actions, self.rewards, self.discounts, self._oldest)
        return sum(array.nbytes for array in arrays)

    @property
    def oldest_number(self) -> int | None:
        """The smallest frame number that any transition refers to; None without transitions."""
        return None if self.tail == self.head else self._oldest.item(self.tail % self.capacity)

    def append(self, transition: Transition) -> None:
        """Store a transition, in place of the oldest one if the ring is full."""
        head = self.head
        if head - self.tail == self.capacity:
            self.tail += 1
        slot = head % self.capacity
        self.numbers[slot] = transition.observation + transition.next_observation
        self.actions[slot] = transition.action
        self.rewards[slot] = transition.reward
        self.discounts[slot] = transition.discount
        self.head = head + 1
        oldest = transition.observation[0]
        self._oldest[slot] = oldest
        while head > self.tail and self._oldest.item((head - 1) % self.capacity) > oldest:
            head -= 1
            self._oldest[head % self.capacity] = oldest

    def evict(self, oldest: int) -> None:
        """Drop transitions until none refers to a frame before `oldest`."""
        while self.tail < self.head and self._oldest.item(self.tail % self.capacity) < oldest:
            self.tail += 1

    def get_state(self, first_number: int) -> dict[str, NDArray[Any]]:
        """Return the transitions from tail to head, with frames counted from `first_number`."""
        numbers = read_ring(self.numbers, self.tail, self.head) - first_number
        is_small = not numbers.size or numbers.max() <= np.iinfo(np.int32).max
        return {
            "position": np.array(self.head % self.capacity),
            "numbers": numbers.astype(np.int32 if is_small else np.int64).reshape(-1, 2, self.numbers.shape[1] // 2),
            "actions": read_ring(self.actions, self.tail, self.head),
            "rewards": read_ring(self.rewards, self.tail, self.head),
            "discounts": read_ring(self.discounts, self.tail, self.head),
        }

    def set_state(self, state: Arrays, first_number: int, frame_count: int, action_count: int) -> None:
        """Restore the result of `get_state`, for `frame_count` frames from `first_number` on.

        Raises:
            ValueError: an array is missing or has another shape, or refers to frames that do not exist.
        """
        position = int(read_integers(state, "position", (), 0, self.capacity))
        numbers = read_numbers(state, "numbers", (None, 2, self.numbers.shape[1] // 2), 0, frame_count)
        size = len(numbers)
        if size > self.capacity:
            raise ValueError(f"{size} transitions do not fit into a replay buffer of {self.capacity}")
        actions = read_integers(state, "actions", (size,), 0, action_count)
        rewards = read_finite(state, "rewards", (size,), np.float32)
        discounts = read_finite(state, "discounts", (size,), np.float32)
        self.tail = (position - size) % self.capacity
        self.head = self.tail + size
        absolute = numbers.reshape(size, self.numbers.shape[1]).astype(np.int64) + first_number
        write_ring(self.numbers, self.tail, absolute)
        write_ring(self.actions, self.tail, actions)
        write_ring(self.rewards, self.tail, rewards)
        write_ring(self.discounts, self.tail, discounts)
        write_ring(self._oldest, self.tail, np.minimum.accumulate(absolute.min(axis=1)[::-1])[::-1])
