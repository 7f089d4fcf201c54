"""The open episodes of one or several environments: present observations, and steps that wait for rewards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.nstep import NStepAccumulator, WaitingStep
from dqn_tui.dqn.observation_store import Numbers, read_numbers
from dqn_tui.dqn.saved import Arrays, read_array, read_finite, read_integers

_GONE = -1
_LARGEST_COUNT = 2**31


class OpenEpisodes:
    """One slot for each environment.

    Attributes:
        present: numbers of the frames of each environment's present observation; None where no episode is open.
        accumulators: the n-step accumulator of each environment.
    """

    def __init__(self, num_envs: int, frames: int, n_steps: int, gamma: float) -> None:
        self.present: list[Numbers | None] = [None] * num_envs
        self.accumulators = [NStepAccumulator(n_steps, gamma) for _ in range(num_envs)]
        self._frames = frames

    def set_present(self, env: int, numbers: Numbers | None) -> None:
        """Begin an episode of environment `env`, or with None drop it; either way, its waiting steps are dropped."""
        self.accumulators[env].clear()
        self.present[env] = numbers

    def iterate_numbers(self) -> Iterator[int]:
        """Yield the numbers of all frames that open episodes refer to."""
        for numbers in self.present:
            yield from numbers or ()
        for accumulator in self.accumulators:
            for step in accumulator.waiting:
                yield from step.observation

    def get_state(self, first_number: int) -> dict[str, NDArray[Any]]:
        """Return the whole state, frames counted from `first_number`; frames before it are gone, and become -1."""
        steps = [step for accumulator in self.accumulators for step in accumulator.waiting]
        present = [numbers or (_GONE,) * self._frames for numbers in self.present]
        return {
            "is_open": np.array([numbers is not None for numbers in self.present]),
            "present_numbers": self._count_from(first_number, present),
            "waiting_counts": np.array([len(accumulator.waiting) for accumulator in self.accumulators]),
            "waiting_numbers": self._count_from(first_number, [step.observation for step in steps]),
            "waiting_actions": np.array([step.action for step in steps], np.int64),
            "waiting_rewards": np.array([step.reward for step in steps], np.float64),
        }

    def set_state(self, state: Arrays, first_number: int, frame_count: int, action_count: int) -> None:
        """Restore the result of `get_state`, for `frame_count` frames from `first_number` on.

        Raises:
            ValueError: an array is missing or has another shape, or refers to frames that do not exist.
        """
        num_envs, frames = len(self.present), self._frames
        is_open = read_array(state, "is_open", (num_envs,), np.bool_)
        present = read_numbers(state, "present_numbers", (num_envs, frames), _GONE, frame_count)
        counts = read_integers(state, "waiting_counts", (num_envs,), 0, _LARGEST_COUNT)
        total = int(counts.sum())
        numbers = read_numbers(state, "waiting_numbers", (total, frames), _GONE, frame_count)
        actions = read_integers(state, "waiting_actions", (total,), 0, action_count)
        rewards = read_finite(state, "waiting_rewards", (total,), np.float64)
        rows = zip(numbers, actions.tolist(), rewards.tolist(), strict=True)
        steps = [WaitingStep(_count_to(first_number, row), action, reward) for row, action, reward in rows]
        ends = counts.cumsum().tolist()
        for env, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            self.accumulators[env].restore(steps[start:end])
            self.present[env] = _count_to(first_number, present[env]) if is_open[env] else None

    def _count_from(self, first_number: int, stacks: Sequence[Numbers]) -> NDArray[np.int64]:
        numbers = np.array(stacks, np.int64).reshape(-1, self._frames)
        return np.where(numbers < first_number, _GONE, numbers - first_number)


def _count_to(first_number: int, numbers: NDArray[np.int64]) -> Numbers:
    return tuple(_GONE if number == _GONE else number + first_number for number in numbers.tolist())
