"""Greedy episodes as a viewer sees them: frames, and the buttons of a player."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


@dataclass(frozen=True)
class RolloutFrame:
    """One moment of a watched episode.

    Attributes:
        policy: where the weights come from, for the title, such as `"live @ step 12,400"`.
        episode: number of the episode, from 1.
        step: steps taken in it so far; 0 is the reset.
        episode_return: undiscounted return so far.
        q_values: one value for each action, at this observation.
        action: the greedy action at this observation, the one taken next.
        observation: the observation's numbers, shortened; empty where there are too many to read.
        picture: what the environment renders: RGB uint8 [H, W, 3], text, or None where it renders nothing.
        ending: empty while the episode goes on, then `"terminated"` or `"truncated"`.
        mask: whether each action is allowed at this observation; None where all are.
    """

    policy: str
    episode: int
    step: int
    episode_return: float
    q_values: tuple[float, ...]
    action: int
    observation: tuple[float, ...]
    picture: NDArray[np.uint8] | str | None
    ending: str = ""
    mask: tuple[bool, ...] | None = None


class Rollout(Protocol):
    """A player of greedy episodes on a thread of its own. No call blocks."""

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame; None before the first. A new moment is a new object."""

    @property
    def error(self) -> str | None:
        """Why the player ended by itself, in one line; None while all is well."""

    @property
    def is_paused(self) -> bool:
        """Whether it stands still."""

    @property
    def speed(self) -> float:
        """1.0 is the environment's own frame rate."""

    def toggle_pause(self) -> None:
        """Stand still, or go on."""

    def advance(self) -> None:
        """While paused: one frame forward."""

    def change_speed(self, direction: int) -> None:
        """+1 or -1: to the next faster or slower of `SPEEDS`."""

    def start_new_episode(self) -> None:
        """Drop this episode and begin the next, with the policy as it is now."""

    def close(self) -> None:
        """End the player and its environment; returns at once."""
