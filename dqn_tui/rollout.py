"""Greedy episodes as viewers see them: frames, and the controls of a player."""

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
        policy: origin of the weights, for the title, such as `"live @ step 12,400"`.
        episode: number of the episode, from 1.
        step: steps taken in the episode; 0 is the reset.
        episode_return: undiscounted return so far.
        q_values: the value of each action at this observation.
        action: the greedy action at this observation, taken next.
        observation: the observation's numbers; empty if they are too many to read.
        picture: the environment's rendering: RGB uint8 [H, W, 3], text, or None if it renders nothing.
        ending: empty during the episode, then `"terminated"` or `"truncated"`.
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
    """A player of greedy episodes on its own thread. No call blocks."""

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame; None before the first. Each moment is a new object."""

    @property
    def error(self) -> str | None:
        """Why the player ended on its own, in one line; None otherwise."""

    @property
    def is_paused(self) -> bool:
        """Whether playback is paused."""

    @property
    def speed(self) -> float:
        """1.0 is the environment's own frame rate."""

    def toggle_pause(self) -> None:
        """Play or pause."""

    def advance(self) -> None:
        """While paused, step one frame forward."""

    def change_speed(self, direction: int) -> None:
        """Change to the next faster (+1) or slower (-1) of `SPEEDS`."""

    def start_new_episode(self) -> None:
        """Drop this episode and begin the next, with the current policy."""

    def close(self) -> None:
        """End the player and its environment; return at once."""
