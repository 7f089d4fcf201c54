"""The training episodes in progress: one in each environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.saved import LARGEST_COUNT, Arrays, read_array, read_integers
from dqn_tui.envs.batch import Environments, Steps
from dqn_tui.envs.environment import Replayed


class EndedEpisode(NamedTuple):
    """A training episode that is over: undiscounted return, and length in steps."""

    episode_return: float
    length: int
    is_truncated: bool


class TrainingEpisodes:
    """What each environment shows now, and what it took to get there.

    An episode is determined by its seed and its actions, so these two are all that a checkpoint needs to hold of it.

    Args:
        environments: E of them; nobody else steps them.
        seed_of: the seed of an environment's episode, from the two's numbers, counted from 0.

    Attributes:
        observations: the present ones, [E, *shape].
        masks: the actions allowed there, bool [E, A]; None where all are.
        ended: how many episodes ended in each environment, int64 [E].
    """

    def __init__(self, environments: Environments, seed_of: Callable[[int, int], int]) -> None:
        self._environments = environments
        self._seed_of = seed_of
        count = environments.count
        spaces = environments.spec.spaces
        self.observations = np.zeros((count, *spaces.observation_shape), spaces.observation_dtype)
        self.masks: NDArray[np.bool_] | None = None
        self.ended = np.zeros(count, np.int64)
        self._returns = np.zeros(count)
        self._actions: list[list[int]] = [[] for _ in range(count)]

    def begin(self, indices: Iterable[int]) -> None:
        """Reset environments, each from the seed of its next episode."""
        seeds = {index: self._seed(index) for index in indices}
        observations, masks = self._environments.reset(seeds)
        for place, index in enumerate(seeds):
            self._returns[index] = 0.0
            self._actions[index].clear()
            self._show(index, observations[place], None if masks is None else masks[place])

    def advance(self, actions: NDArray[np.int64]) -> Steps:
        """Take an action in each environment; the caller then ends the episodes that are over."""
        steps = self._environments.step(actions)
        self.observations[:] = steps.observations
        self._allow(slice(None), steps.action_masks)
        self._returns += steps.rewards
        for taken, action in zip(self._actions, actions.tolist(), strict=True):
            taken.append(action)
        return steps

    def end(self, index: int, *, is_truncated: bool) -> EndedEpisode:
        """Close an episode and begin the environment's next."""
        ended = EndedEpisode(float(self._returns[index]), len(self._actions[index]), is_truncated)
        self.ended[index] += 1
        self.begin([index])
        return ended

    def get_state(self) -> Arrays:
        """Enough to get here again, and to see that one did."""
        return {
            "ended": self.ended.copy(),
            "lengths": np.array([len(actions) for actions in self._actions], np.int64),
            "actions": np.array([action for actions in self._actions for action in actions], np.int64),
            "returns": self._returns.copy(),
            "observations": self.observations.copy(),
        }

    def set_state(self, state: Arrays) -> list[int]:
        """Get to where `get_state` was called, by taking the same actions again.

        Returns:
            The environments where that led elsewhere; they begin their episode anew.

        Raises:
            ValueError: the arrays are not of these environments' shape, or no count can be like theirs.
        """
        count = len(self.ended)
        ended = read_integers(state, "ended", (count,), 0, LARGEST_COUNT)
        lengths = read_integers(state, "lengths", (count,), 0, LARGEST_COUNT)
        taken = read_integers(state, "actions", (int(lengths.sum()),), 0, self._environments.spec.spaces.action_count)
        observations = read_array(state, "observations", self.observations.shape, self.observations.dtype)
        returns = read_array(state, "returns", (count,), np.float64)
        self.ended[:] = ended
        actions = np.split(taken, np.cumsum(lengths)[:-1])
        seeds = [self._seed(index) for index in range(len(actions))]
        lost = []
        for index, replayed in enumerate(self._environments.play_again(seeds, actions)):
            if replayed is None or not _is_at(replayed, observations[index], returns[index]):
                lost.append(index)
                continue
            self._returns[index] = replayed.episode_return
            self._actions[index] = actions[index].tolist()
            self._show(index, replayed.observation, replayed.action_mask)
        if lost:
            self.begin(lost)
        return lost

    def _seed(self, index: int) -> int:
        return self._seed_of(index, int(self.ended[index]))

    def _show(self, index: int, observation: NDArray[Any], mask: NDArray[np.bool_] | None) -> None:
        self.observations[index] = observation
        self._allow(index, mask)

    def _allow(self, index: int | slice, mask: NDArray[np.bool_] | None) -> None:
        if mask is not None and self.masks is None:
            self.masks = np.ones((len(self.observations), mask.shape[-1]), np.bool_)
        if self.masks is not None:
            self.masks[index] = True if mask is None else mask


def _is_at(replayed: Replayed, observation: NDArray[Any], episode_return: float) -> bool:
    return replayed.episode_return == episode_return and np.array_equal(replayed.observation, observation)
