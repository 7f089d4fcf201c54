"""The open training episodes, one in each environment."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.saved import LARGEST_COUNT, Arrays, read_array, read_integers
from dqn_tui.envs.batch import Environments, Steps
from dqn_tui.envs.environment import Replayed
from dqn_tui.rollout import RecordedEpisode


class EndedEpisode(NamedTuple):
    """A finished training episode.

    Attributes:
        episode_return: undiscounted sum of rewards.
        played: the episode itself, which can be played again.
        start_q: highest Q-value of an allowed action at its first observation, when it began; None before learning
            has started, and soon after another episode's.
        discounted_return: sum of rewards discounted to its first step; None where unknown.
    """

    episode_return: float
    played: RecordedEpisode
    start_q: float | None
    discounted_return: float | None


@dataclass(slots=True)
class _OpenEpisode:
    """The part of an episode played so far; NaN marks what an old checkpoint did not record."""

    seed: int = 0
    actions: list[int] = field(default_factory=list)
    episode_return: float = 0.0
    discounted_return: float = 0.0
    discount: float = 1.0
    start_q: float = math.nan

    def add(self, action: int, reward: float, gamma: float) -> None:
        self.actions.append(action)
        self.episode_return += reward
        self.discounted_return += self.discount * reward
        self.discount *= gamma

    def close(
        self, *, number: int, environment: int, last_observation: NDArray[Any], is_truncated: bool
    ) -> EndedEpisode:
        played = RecordedEpisode(
            number=number,
            environment=environment,
            seed=self.seed,
            actions=np.array(self.actions, np.int64),
            last_observation=hash_observation(last_observation),
            is_truncated=is_truncated,
            episode_return=self.episode_return,
        )
        start_q, discounted = (None if math.isnan(value) else value for value in (self.start_q, self.discounted_return))
        return EndedEpisode(self.episode_return, played, start_q, discounted)


class TrainingEpisodes:
    """The open episode of each environment, from its seed through its actions to its present observation.

    An episode follows from its seed and its actions, so a checkpoint needs to hold no more of it than these.

    Args:
        environments: E environments, stepped by nobody else.
        seed_of: maps an environment's number and the number of its episode, both from 0, to the episode's seed.
        gamma: discount factor of the discounted returns.

    Attributes:
        observations: the present observations, [E, *shape].
        masks: the actions allowed there, bool [E, A]; None where all are.
        ended: number of finished episodes of each environment, int64 [E].
    """

    def __init__(self, environments: Environments, seed_of: Callable[[int, int], int], gamma: float) -> None:
        self._environments = environments
        self._seed_of = seed_of
        self._gamma = gamma
        count = environments.count
        spaces = environments.spec.spaces
        self.observations = np.zeros((count, *spaces.observation_shape), spaces.observation_dtype)
        self.masks: NDArray[np.bool_] | None = None
        self.ended = np.zeros(count, np.int64)
        self._open = [_OpenEpisode() for _ in range(count)]
        environments.foresee(lambda index, ahead: seed_of(index, int(self.ended[index]) + ahead))

    def begin(self, indices: Iterable[int]) -> None:
        """Reset these environments, each with the seed of its next episode."""
        seeds = {index: self._seed(index) for index in indices}
        observations, masks = self._environments.reset(seeds)
        for place, (index, seed) in enumerate(seeds.items()):
            self._open[index].seed = seed
            self._show(index, observations[place], None if masks is None else masks[place])

    def advance(self, actions: NDArray[np.int64]) -> Steps:
        """Take an action in each environment; the caller closes the episodes that end."""
        steps = self._environments.step(actions)
        self.observations[:] = steps.observations
        self._allow(slice(None), steps.action_masks)
        for episode, action, reward in zip(self._open, actions.tolist(), steps.rewards.tolist(), strict=True):
            episode.add(action, reward, self._gamma)
        return steps

    def note_start_q(self, index: int, value: float) -> None:
        """Note the Q-value that the episode of an environment begins with."""
        self._open[index].start_q = value

    def close(self, index: int, *, is_truncated: bool) -> EndedEpisode:
        """Close an episode; `begin` starts the environment's next one."""
        ended = self._open[index].close(
            number=int(self.ended.sum()) + 1,
            environment=index,
            last_observation=self.observations[index],
            is_truncated=is_truncated,
        )
        self.ended[index] += 1
        self._open[index] = _OpenEpisode()
        return ended

    def get_state(self) -> Arrays:
        """Return all that is needed to restore the open episodes, and to check that it worked."""
        return {
            "ended": self.ended.copy(),
            "lengths": np.array([len(episode.actions) for episode in self._open], np.int64),
            "actions": np.array([action for episode in self._open for action in episode.actions], np.int64),
            "returns": np.array([episode.episode_return for episode in self._open]),
            "discounted_returns": np.array([episode.discounted_return for episode in self._open]),
            "start_q": np.array([episode.start_q for episode in self._open]),
            "observations": self.observations.copy(),
        }

    def set_state(self, state: Arrays, closed: Collection[int]) -> list[int]:
        """Restore the result of `get_state` by playing the open episodes again.

        Args:
            state: the saved arrays.
            closed: environments that had no open episode.

        Returns:
            The environments where the same seed and actions led elsewhere; these have no open episode, either.

        Raises:
            ValueError: an array does not have these environments' shape, or a count is out of range.
        """
        count = len(self.ended)
        ended = read_integers(state, "ended", (count,), 0, LARGEST_COUNT)
        lengths = read_integers(state, "lengths", (count,), 0, LARGEST_COUNT)
        taken = read_integers(state, "actions", (int(lengths.sum()),), 0, self._environments.spec.spaces.action_count)
        observations = read_array(state, "observations", self.observations.shape, self.observations.dtype)
        returns = read_array(state, "returns", (count,), np.float64)
        discounted, start_q = (_read_optional(state, name, count) for name in ("discounted_returns", "start_q"))
        self.ended[:] = ended
        actions = np.split(taken, np.cumsum(lengths)[:-1])
        for index in closed:
            actions[index] = actions[index][:0]
        seeds = [self._seed(index) for index in range(count)]
        answers = self._environments.play_again(seeds, actions)
        lost = []
        for index in set(range(count)).difference(closed):
            replayed = answers[index]
            if replayed is None or not _is_at(replayed, observations[index], returns[index]):
                lost.append(index)
            else:
                numbers = float(discounted[index]), self._discount_after(len(actions[index])), float(start_q[index])
                taken_here = actions[index].tolist()
                self._open[index] = _OpenEpisode(seeds[index], taken_here, replayed.episode_return, *numbers)
                self._show(index, replayed.observation, replayed.action_mask)
        return lost

    def _discount_after(self, steps: int) -> float:
        """gamma ** steps by repeated multiplication, with the same rounding as `_OpenEpisode.add`."""
        discount = 1.0
        for _ in range(steps):
            discount *= self._gamma
        return discount

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


def hash_observation(observation: NDArray[Any]) -> int:
    """Return the CRC-32 of an observation's bytes."""
    return zlib.crc32(observation.tobytes())


def _is_at(replayed: Replayed, observation: NDArray[Any], episode_return: float) -> bool:
    return replayed.episode_return == episode_return and np.array_equal(replayed.observation, observation)


def _read_optional(state: Arrays, name: str, count: int) -> NDArray[np.float64]:
    """Return a saved array [E], or NaNs where the checkpoint is older than the array."""
    return read_array(state, name, (count,), np.float64) if name in state else np.full(count, math.nan)
