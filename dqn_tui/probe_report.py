"""What a random policy meets in an environment, measured before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Spread:
    """Numbers in short; those that are not finite are only counted.

    Attributes:
        count: finite numbers.
        low, high, mean, std: of the finite ones, std over the population; None where there are none.
        non_finite: numbers that are infinite or NaN.
        histogram: how many are in each of equal parts from `low` to `high`, perhaps of a sample; empty without them.
    """

    count: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    non_finite: int = 0
    histogram: tuple[int, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether all numbers are the same."""
        return self.count > 0 and self.low == self.high and not self.non_finite

    @property
    def largest(self) -> float:
        """The largest magnitude; 0 where there is none."""
        return max(abs(self.low or 0.0), abs(self.high or 0.0))


@dataclass(frozen=True)
class ProbedEntry:
    """One entry of the observations' vector; `name` is empty where it has none."""

    name: str
    spread: Spread


@dataclass(frozen=True)
class ProbedImage:
    """One image of the observations, as the network will see it.

    Attributes:
        name: path in the environment's observations; empty where they are nothing but this image.
        spread: of its numbers, without a histogram.
        zero_fraction: share of zeros.
        is_constant: whether it never changed.
        latest: the newest, [C, H, W]: all frames of a stack.
        frames: number of frames stacked in it.
        largest_value: the network's divisor.
    """

    name: str
    spread: Spread
    zero_fraction: float
    is_constant: bool
    latest: NDArray[np.uint8] | NDArray[np.float32]
    frames: int
    largest_value: float


@dataclass(frozen=True)
class ProbedEpisodes:
    """The episodes.

    Attributes:
        returns, lengths: of the whole ones, in order; returns are undiscounted.
        terminated, truncated: how many ended in each way.
        open_steps: steps of the one that is still open.
        largest_discounted: the largest magnitude of a discounted return from a start, in learned rewards.
    """

    returns: tuple[float, ...] = ()
    lengths: tuple[int, ...] = ()
    terminated: int = 0
    truncated: int = 0
    open_steps: int = 0
    largest_discounted: float = 0.0


@dataclass(frozen=True)
class ProbedRewards:
    """The rewards.

    Attributes:
        spread: of all.
        values: the most frequent ones with their counts, the most frequent first.
        distinct: number of different ones, up to a limit.
        nonzero: steps with another reward than 0.
        beyond_one: steps with a learned reward beyond -1 and 1.
        largest_learned: the largest magnitude of a learned reward: after `clip_rewards` and `reward_scale`.
    """

    spread: Spread
    values: tuple[tuple[float, int], ...] = ()
    distinct: int = 0
    nonzero: int = 0
    beyond_one: int = 0
    largest_learned: float = 0.0


@dataclass(frozen=True)
class NetworkInput:
    """One array that the network takes; `encoder` is empty for a vector."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    encoder: str = ""


@dataclass(frozen=True)
class ProbedNetwork:
    """The network that would learn: its inputs, hidden layers, outputs and number of parameters."""

    inputs: tuple[NetworkInput, ...]
    hidden: tuple[int, ...]
    outputs: int
    parameters: int


@dataclass(frozen=True)
class Finding:
    """Something that a user should know before training.

    Attributes:
        name: its kind, such as `"sparse_reward"`.
        text: evidence and advice, in one line.
        is_warning: whether it will hinder learning, rather than being worth knowing.
    """

    name: str
    text: str
    is_warning: bool = True


@dataclass(frozen=True)
class ProbeReport:
    """The measurements.

    Attributes:
        env: the environment's id.
        seed: of the resets and the random actions.
        steps: taken so far.
        wanted_steps: to be taken at least.
        is_complete: whether nothing more follows.
        steps_per_second: of the environment alone, with the preparation of its observations; None before the first.
        time_limit: steps after which an episode is truncated; None where no limit is known.
        is_deterministic: whether the same seed and actions gave the same again; None where that was not tried yet.
        action_names: a name for each action; empty where unknown.
        action_counts: how often each was taken.
        masked_fraction: share of the actions that were not allowed, on average; None where all always were.
        is_one_hot: whether each vector is a 1 among zeros, as of a discrete state.
        entries: of the observations' vector.
        largest_entry: the largest magnitude in it.
        remarks: what the environment's preparation says of itself.
        findings: conclusions; empty until it is complete.
    """

    env: str
    seed: int
    steps: int
    wanted_steps: int
    episodes: ProbedEpisodes
    rewards: ProbedRewards
    network: ProbedNetwork
    is_complete: bool = False
    steps_per_second: float | None = None
    time_limit: int | None = None
    is_deterministic: bool | None = None
    action_names: tuple[str, ...] = ()
    action_counts: tuple[int, ...] = ()
    masked_fraction: float | None = None
    is_one_hot: bool = False
    entries: tuple[ProbedEntry, ...] = ()
    images: tuple[ProbedImage, ...] = ()
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
