"""The interface of several environments that step together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dqn_tui.envs.environment import EnvironmentSpec, Replayed


class Steps(NamedTuple):
    """The results of one step of E environments.

    The arrays belong to the environments: observations are valid until the step after the next, the others until the
    next. Resets change none of them.

    Attributes:
        observations: [E, *shape]; at an episode's end its last one, never that of the following reset.
        rewards: float64 [E].
        terminated: bool [E].
        truncated: bool [E].
        action_masks: bool [E, A] for these observations, all True for an environment that sent none; None where no
            environment sent one.
    """

    observations: NDArray[Any]
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    action_masks: NDArray[np.bool_] | None


class Environments(Protocol):
    """E environments with the same id. One whose episode has ended must be reset before the next step.

    Attributes:
        spec: of each environment.
        count: E.
    """

    spec: EnvironmentSpec
    count: int

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """Learn which resets to expect, so that they can be prepared; others than these may come.

        Args:
            seed_of: maps an environment's number to the seed of its open episode, or of the next one where none is
                open, for the second argument 0; to the seed of the one after for 1, and so on.
        """

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Start an episode in each environment that is a key of `seeds`, with its seed.

        The first reset must name every environment.

        Returns:
            New arrays in the mapping's order: observations [len(seeds), *shape], and action masks bool
            [len(seeds), A] as in `Steps`.
        """

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """Take an action in each environment; `actions` is int64 [E], in [0, A)."""

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """Reset each environment with its seed and take its actions again.

        Returns:
            The state of each open episode; None where the episode ended before its actions did, and then that
            environment must be reset.
        """

    def close(self) -> None:
        """Free the environments' resources; a second call does nothing."""


class AlternatingArrays:
    """Two arrays [E, *shape] used in turn, so that the observations of one step outlast the next."""

    def __init__(self, count: int, spec: EnvironmentSpec) -> None:
        shape = (count, *spec.spaces.observation_shape)
        self._next = np.zeros(shape, spec.spaces.observation_dtype)
        self._latest = np.zeros(shape, spec.spaces.observation_dtype)

    def take(self) -> NDArray[Any]:
        """Return the array that the previous call did not return."""
        self._next, self._latest = self._latest, self._next
        return self._latest
