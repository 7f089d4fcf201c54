"""n-step returns (Sutton 1988; Hessel et al. 2018): n rewards before bootstrapping."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from dqn_tui.dqn.observation_store import Numbers
from dqn_tui.dqn.transitions import Transition


class WaitingStep(NamedTuple):
    """A step that waits for the rest of its n rewards."""

    observation: Numbers
    action: int
    reward: float


class NStepAccumulator:
    """Turns single steps of one environment into n-step transitions.

    At the end of an episode, its last n - 1 steps become shorter transitions, each with the discount of its true
    length. Truncation bootstraps, termination does not.
    """

    def __init__(self, n_steps: int, gamma: float) -> None:
        self._n_steps = n_steps
        self._gamma = gamma
        self._steps: deque[WaitingStep] = deque()

    @property
    def waiting(self) -> tuple[WaitingStep, ...]:
        """The waiting steps, oldest first; at most n - 1."""
        return tuple(self._steps)

    def add(
        self,
        observation: Numbers,
        action: int,
        reward: float,
        next_observation: Numbers,
        *,
        terminated: bool,
        truncated: bool,
    ) -> list[Transition]:
        """Add one step; return the transitions that it completes."""
        self._steps.append(WaitingStep(observation, action, reward))
        if terminated or truncated:
            transitions = []
            while self._steps:
                transitions.append(self._pop(next_observation, terminated=terminated))
            return transitions
        if len(self._steps) == self._n_steps:
            return [self._pop(next_observation, terminated=False)]
        return []

    def clear(self) -> None:
        """Drop the waiting steps."""
        self._steps.clear()

    def restore(self, steps: Iterable[WaitingStep]) -> None:
        """Replace the waiting steps by those of an earlier `waiting`.

        Raises:
            ValueError: there are more than n - 1.
        """
        self._steps = deque(steps)
        if len(self._steps) >= self._n_steps:
            raise ValueError(f"{len(self._steps)} steps wait for their rewards, expected at most {self._n_steps - 1}")

    def _pop(self, next_observation: Numbers, *, terminated: bool) -> Transition:
        """Remove the oldest waiting step; return its transition to `next_observation`."""
        total, discount = 0.0, 1.0
        for _, _, reward in self._steps:
            total += discount * reward
            discount *= self._gamma
        observation, action, _ = self._steps.popleft()
        return Transition(observation, action, total, 0.0 if terminated else discount, next_observation)
