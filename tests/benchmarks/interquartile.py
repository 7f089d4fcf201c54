"""The interquartile mean over runs and its interval (Agarwal et al. 2021, "Deep RL at the Edge of the Statistical
Precipice")."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def interquartile_mean(scores: ArrayLike) -> Array:
    """Mean along the last axis without its lowest and its highest quarter, each rounded down to whole scores."""
    ordered = np.sort(np.asarray(scores, float), axis=-1)
    count = ordered.shape[-1]
    cut = int(0.25 * count)
    middle: Array = ordered[..., cut : count - cut].mean(axis=-1)
    return middle


def bootstrap_interval(
    scores_by_task: Sequence[ArrayLike], *, replications: int = 50_000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the interquartile mean over all runs of all tasks.

    It is the percentile interval of the stratified bootstrap: each replication draws as many runs of each task as
    there are, with replacement.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    strata = [np.asarray(scores, float) for scores in scores_by_task]
    drawn = [scores[generator.integers(0, len(scores), (replications, len(scores)))] for scores in strata]
    low, high = np.percentile(interquartile_mean(np.concatenate(drawn, axis=1)), [2.5, 97.5])
    return float(low), float(high)
