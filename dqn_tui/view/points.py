"""Results that the view of a run keeps: evaluations, checkpoints, and Q-values beside the returns that followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class EvaluationPoint:
    """An evaluation of the greedy policy at a step: mean and standard deviation of its returns."""

    step: int
    mean: float
    std: float
    episodes: int
    is_best: bool


@dataclass(frozen=True)
class SavedCheckpoint:
    """A checkpoint on disk, saved at UTC second `time` in `seconds`."""

    path: str
    step: int
    size_bytes: int
    reason: str
    eval_mean: float | None
    time: float = 0.0
    seconds: float = 0.0


class StartValue(NamedTuple):
    """The highest Q-value of an episode's first observation, and the discounted return that followed.

    `step` is the step at which the episode ended; both values are in the environment's own reward units.
    """

    step: int
    q_value: float
    discounted_return: float
