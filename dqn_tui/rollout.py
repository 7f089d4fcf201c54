"""Episodes for viewers: the frames of an episode, and the controls of its player."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
END = 1 << 62
"""The last step of an episode, for `Rollout.seek`."""


def change_speed(speed: float, direction: int) -> float:
    """Return the next faster (+1) or slower (-1) of `SPEEDS`, or the same at their end."""
    return SPEEDS[min(max(SPEEDS.index(speed) + direction, 0), len(SPEEDS) - 1)]


@dataclass(frozen=True, eq=False)
class Trace:
    """Numbers of the steps of an episode that are known, one for each step.

    Attributes:
        values: highest Q-value of an allowed action at each observation, of which there is one more than steps.
        rewards: reward of each step.
        td_errors: TD error of each step's action: learned reward + gamma * next value - Q-value.
    """

    values: Sequence[float] | NDArray[np.float32] = ()
    rewards: Sequence[float] | NDArray[np.float32] = ()
    td_errors: Sequence[float] | NDArray[np.float32] = ()


@dataclass(frozen=True)
class Timeline:
    """The steps of an episode, and the place in it.

    Attributes:
        playhead: the step that is shown; in a comparison the shorter episode has ended where it is beyond.
        known: steps that were played so far; seeking beyond them plays on.
        length: steps of the whole episode; None where its end is not known yet.
        parting: first step at which the two compared episodes take different actions; None without one.
    """

    playhead: int = 0
    known: int = 0
    length: int | None = None
    parting: int | None = None


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
        ending: empty during the episode, then `"terminated"`, `"truncated"`, or `"cut"` where nothing else ended it.
        mask: whether each action is allowed at this observation; None where all are.
        action_names: name of each action, in order; empty where unknown.
        observation_names: name of each entry of the observation vector; empty where unknown.
        taken: the action that is taken next where that is not the greedy one of `policy` alone to decide: in a recorded
            episode; None elsewhere, and after its last step.
        is_recorded: whether this is a training episode played again.
        note: a remark on the episode in one line; may be empty.
        is_note_warning: whether the note says that something is not as it should be.
        trace: values, rewards and TD errors of the known steps.
        timeline: the place in the episode.
        beside: the moment of the compared episode at the same playhead; None where nothing is compared.
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
    taken: int | None = None
    is_recorded: bool = False
    note: str = ""
    is_note_warning: bool = False
    trace: Trace = Trace()
    timeline: Timeline = Timeline()
    beside: RolloutFrame | None = None


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


class EpisodeExport(Protocol):
    """An episode that is being written to a file on a thread of its own."""

    @property
    def frames(self) -> int:
        """Moments written so far."""

    @property
    def outcome(self) -> str | None:
        """What was written, or why nothing was, in one line; None before the end."""

    def cancel(self) -> None:
        """End it without a file; returns at once."""


class Rollout(Protocol):
    """A player of greedy and recorded episodes on its own thread. No call blocks."""

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

    def advance(self, frames: int = 1) -> None:
        """Move the playhead by so many frames, back where negative; has no effect while playing."""

    def seek(self, step: int) -> None:
        """Move the playhead to a step, at most to the episode's end, which `END` always means."""

    def change_speed(self, direction: int) -> None:
        """Play at the next faster (+1) or slower (-1) of `SPEEDS`."""

    @property
    def script(self) -> object | None:
        """What is played, for an export; viewers only hand it on. None before the first frame."""

    def start_new_episode(self) -> None:
        """Abandon this episode and start the next greedy one with the newest policy."""

    def choose_policy(self, direction: int) -> None:
        """Play the episode with the next (+1) or the previous (-1) policy of the run."""

    def toggle_compare(self) -> None:
        """Open or close a second episode beside the first: from the same seed, by another policy."""

    def choose_compared_policy(self, direction: int) -> None:
        """Compare with the next (+1) or the previous (-1) policy of the run."""

    def close(self) -> None:
        """End the player and close its environment; returns at once."""
