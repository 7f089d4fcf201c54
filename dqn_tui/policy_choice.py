"""The policies of a run that viewers can choose from."""

from __future__ import annotations

from dataclasses import dataclass

LIVE = "live"
BEST = "best"


@dataclass(frozen=True)
class PolicyChoice:
    """A policy of a run.

    Attributes:
        name: `LIVE`, `BEST`, or the name of a checkpoint's folder, such as `"step_000025000"`.
        step: environment step of its weights; None for the live policy, whose weights change.
        eval_mean: mean return of the evaluation at that step; None where there was none.
    """

    name: str = LIVE
    step: int | None = None
    eval_mean: float | None = None
