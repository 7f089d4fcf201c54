"""A naive replay buffer: a list of whole transitions, each with copies of its observations."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Shown(NamedTuple):
    """An observation, its mask (None: all allowed), and the numbers of its frames among all frames ever stored."""

    observation: Array
    mask: Array | None
    frames: list[int]


class Step(NamedTuple):
    """One step of an episode."""

    before: Shown
    action: int
    reward: float
    after: Shown


class Row(NamedTuple):
    """A whole transition."""

    before: Shown
    action: int
    reward: float
    discount: float
    after: Shown


class NaiveReplay:
    """Keeps everything forever, and knows what a buffer of `capacity` and `frame_capacity` would still hold."""

    def __init__(
        self, capacity: int, frame_capacity: int, frames: int, num_envs: int, n_steps: int, gamma: float
    ) -> None:
        self.capacity = capacity
        self.frame_capacity = frame_capacity
        self.frames = frames
        self.n_steps = n_steps
        self.gamma = gamma
        self.kept_frames = 0
        self.lost = 0
        self.rows: list[Row] = []
        self.leaves: list[float] = []
        self.largest_leaf = 1.0
        self.episodes: list[list[Step]] = [[] for _ in range(num_envs)]
        self.emitted = [0] * num_envs
        self.present: list[Shown | None] = [None] * num_envs

    def begin_episode(self, env: int, observation: Array, mask: Array | None) -> None:
        self.drop_episode(env)
        self.present[env] = Shown(observation.copy(), mask, self._keep_all(observation))

    def drop_episode(self, env: int) -> None:
        self.present[env], self.episodes[env], self.emitted[env] = None, [], 0

    def add(
        self, env: int, action: int, reward: float, observation: Array, mask: Array | None, ending: str | None
    ) -> None:
        before = self.present[env]
        assert before is not None
        after = Shown(observation.copy(), mask, self._keep_next(before, observation))
        episode = self.episodes[env]
        episode.append(Step(before, action, reward, after))
        self.present[env] = after
        while self.emitted[env] < len(episode):
            window = episode[self.emitted[env] :][: self.n_steps]
            if len(window) < self.n_steps and ending is None:
                break
            self._emit(window, is_terminal=ending == "terminated" and window[-1] is episode[-1])
            self.emitted[env] += 1
        if ending:
            self.drop_episode(env)

    def _emit(self, window: list[Step], *, is_terminal: bool) -> None:
        if window[0].before.frames[0] < self.oldest_frame:
            self.lost += 1
            return
        total = sum(self.gamma**power * step.reward for power, step in enumerate(window))
        discount = 0.0 if is_terminal else self.gamma ** len(window)
        self.rows.append(Row(window[0].before, window[0].action, total, discount, window[-1].after))
        self.leaves.append(self.largest_leaf)

    @property
    def oldest_frame(self) -> int:
        return self.kept_frames - self.frame_capacity

    @property
    def tail(self) -> int:
        """Return how many transitions at the front of the list are gone."""
        tail = max(0, len(self.rows) - self.capacity)
        gone = [place for place, row in enumerate(self.rows) if row.before.frames[0] < self.oldest_frame]
        return max([tail, *(place + 1 for place in gone)])

    @property
    def size(self) -> int:
        return len(self.rows) - self.tail

    def draw_indices(self, batch_size: int, generator: np.random.Generator) -> Array:
        draws = generator.integers(0, self.size, batch_size)
        is_full = self.size == self.capacity
        return draws if is_full else (draws + self.tail) % self.capacity

    def places(self, indices: Array) -> list[int]:
        """Return the list indices of the transitions in these slots."""
        by_slot = {place % self.capacity: place for place in range(self.tail, len(self.rows))}
        return [by_slot[index] for index in indices.tolist()]

    def _split(self, observation: Array) -> Array:
        return observation.reshape(self.frames, -1)

    def _keep_all(self, observation: Array) -> list[int]:
        numbers: list[int] = []
        stack = self._split(observation)
        for place, frame in enumerate(stack):
            if place and np.array_equal(frame, stack[place - 1]):
                numbers.append(numbers[-1])
            else:
                numbers.append(self.kept_frames)
                self.kept_frames += 1
        return numbers

    def _keep_next(self, before: Shown, observation: Array) -> list[int]:
        older = self._split(before.observation)[1:]
        is_shared = np.array_equal(older, self._split(observation)[:-1])
        if self.frames == 1 or not is_shared or before.frames[1] < self.oldest_frame:
            return self._keep_all(observation)
        self.kept_frames += 1
        return [*before.frames[1:], self.kept_frames - 1]
