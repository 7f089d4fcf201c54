"""Greedy episodes for viewers: the frames of an episode, and the controls of its player."""

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
        policy: origin of the weights, such as `"live @ step 12,400"`.
        episode: number of the episode, from 1.
        step: steps taken in the episode so far; 0 is the reset.
        episode_return: undiscounted return so far.
        q_values: Q-value of each action at this observation.
        action: greedy action at this observation, which is taken next.
        observation: entries of the observation vector; empty where there are too many to read.
        picture: the environment's rendering: RGB uint8 [H, W, 3], text, or None where it renders nothing.
        ending: empty during the episode, then `"terminated"` or `"truncated"`.
        mask: whether each action is allowed at this observation; None where all are.
        action_names: name of each action, in order; empty where unknown.
        observation_names: name of each entry of the observation vector; empty where unknown.
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
    action_names: tuple[str, ...] = ()
    observation_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordedEpisode:
    """A finished training episode, which its seed and its actions determine.

    Attributes:
        number: number of the episode in its run, from 1.
        environment: number of the environment that it was played in, from 0.
        seed: seed of its reset.
        actions: the actions taken, int64 [length].
        last_observation: CRC-32 of the bytes of its last observation, as the network sees it.
        is_truncated: whether it was cut short rather than terminated.
        episode_return: undiscounted sum of its rewards; None where unknown.
    """

    number: int
    environment: int
    seed: int
    actions: NDArray[np.int64]
    last_observation: int
    is_truncated: bool
    episode_return: float | None


class Rollout(Protocol):
    """A player of greedy episodes on its own thread. No call blocks."""

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame, a new object for each moment; None before the first."""

    @property
    def error(self) -> str | None:
        """The reason in one line why the player ended by itself; None otherwise."""

    @property
    def is_paused(self) -> bool:
        """Whether the player is paused."""

    @property
    def speed(self) -> float:
        """Playing speed as a multiple of the environment's frame rate, one of `SPEEDS`."""

    def toggle_pause(self) -> None:
        """Pause or play."""

    def advance(self) -> None:
        """Advance by one frame; has no effect while playing."""

    def change_speed(self, direction: int) -> None:
        """Play at the next faster (+1) or slower (-1) of `SPEEDS`."""

    def start_new_episode(self) -> None:
        """Abandon this episode and start the next one with the newest policy."""

    def close(self) -> None:
        """End the player and close its environment; returns at once."""
