"""What several environments that step together take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dqn_tui.envs.environment import EnvironmentSpec, Replayed


class Steps(NamedTuple):
    """What one step of E environments gave.

    The arrays belong to the environments: observations stay as they are until the step after the next, the others
    until the next. Resets change none of them.

    Attributes:
        observations: [E, *shape]; at an episode's end the last one of it, never that of a reset.
        rewards: float64 [E].
        terminated: bool [E].
        truncated: bool [E].
        action_masks: bool [E, A] of these observations, all True where an environment has no mask; None where none has.
    """

    observations: NDArray[Any]
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    action_masks: NDArray[np.bool_] | None


class Environments(Protocol):
    """E environments of one kind. One whose episode has ended must be reset before the next step.

    Attributes:
        spec: of each of them.
        count: E.
    """

    spec: EnvironmentSpec
    count: int

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Begin the episodes that the seeds determine in the environments that are named, and in no others.

        Returns new arrays in the mapping's order: observations [len(seeds), *shape], and action masks
        [len(seeds), A] as in `Steps`. The first reset must name all.
        """

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """Take an action in each; actions: int64 [E], in [0, A)."""

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """Reset each environment with its seed and take its actions again.

        None where the episode ended before its actions did; that environment must be reset.
        """

    def close(self) -> None:
        """Free what they hold; once is enough, twice does no harm."""


class AlternatingArrays:
    """Two arrays [E, *shape] that take turns, so that the observations of one step outlast the next."""

    def __init__(self, count: int, spec: EnvironmentSpec) -> None:
        shape = (count, *spec.spaces.observation_shape)
        self._next = np.zeros(shape, spec.spaces.observation_dtype)
        self._latest = np.zeros(shape, spec.spaces.observation_dtype)

    def take(self) -> NDArray[Any]:
        """The one that was not given last time."""
        self._next, self._latest = self._latest, self._next
        return self._latest
