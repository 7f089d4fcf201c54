"""Episodes that a person plays: their moments for viewers, and what a viewer may ask of the player."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dqn_tui.key_map import KeyMap
from dqn_tui.rollout import RolloutFrame


@dataclass(frozen=True)
class Agreement:
    """How often a person did what the policy would have done.

    Attributes:
        agreed: steps with the policy's own action.
        compared: steps that there was a policy for.
        policy_action: what the policy would have done instead of the latest action; None without a policy or a step.
    """

    agreed: int = 0
    compared: int = 0
    policy_action: int | None = None

    def after(self, action: int, policy_action: int | None) -> Agreement:
        """Return the agreement after one more step."""
        if policy_action is None:
            return self
        return Agreement(self.agreed + (action == policy_action), self.compared + 1, policy_action)

    @property
    def share(self) -> float | None:
        """Agreed steps as a share of those compared; None before there are any."""
        return self.agreed / self.compared if self.compared else None


@dataclass(frozen=True)
class PlayMoment:
    """One moment of an episode that a person plays.

    Attributes:
        frame: picture, step, return and ending; Q-values and greedy action are the policy's, none without one.
        keys: the keys of each action.
        seed: seed of the episode's reset.
        taken: the person's latest action in this episode; None before the first.
        agreement: of the person with the policy, in this episode.
        best_return: the highest return of the whole episodes so far; None before there are any.
        is_waiting: whether an episode in real time waits for its first key.
    """

    frame: RolloutFrame
    keys: KeyMap
    seed: int
    taken: int | None = None
    agreement: Agreement = Agreement()
    best_return: float | None = None
    is_waiting: bool = False

    @property
    def has_policy(self) -> bool:
        """Whether a policy looks on."""
        return bool(self.frame.q_values)


class PlaySession(Protocol):
    """Steps an environment on its own thread with the actions of a person's keys. No call blocks."""

    @property
    def moment(self) -> PlayMoment | None:
        """The newest moment, a new object for each; None before the first."""

    @property
    def error(self) -> str | None:
        """The reason in one line why the session ended by itself; None otherwise."""

    @property
    def is_paused(self) -> bool:
        """Whether real time is paused."""

    @property
    def is_stepwise(self) -> bool:
        """Whether each key is one step, instead of real time."""

    @property
    def speed(self) -> float:
        """Speed of real time as a multiple of the environment's frame rate, one of `rollout.SPEEDS`."""

    @property
    def busy_seconds(self) -> float:
        """Seconds since which the environment has not answered; 0 while none of its calls is open."""

    def start(self) -> None:
        """Make the environment and begin the first episode."""

    def press(self, key: str) -> None:
        """Take the action of a key, which is named as in `key_map`; others do nothing."""

    def toggle_pause(self) -> None:
        """Pause or continue real time."""

    def toggle_stepwise(self) -> None:
        """Switch between real time and steps."""

    def change_speed(self, direction: int) -> None:
        """Go on at the next faster (+1) or slower (-1) of `rollout.SPEEDS`."""

    def start_new_episode(self, *, is_same: bool) -> None:
        """Abandon this episode; start one from the next seed, or again from the same."""

    def close(self) -> None:
        """End the session and close its environment; returns at once."""
