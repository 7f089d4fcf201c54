"""Scores of several runs in few numbers: interquartile mean, its bootstrap interval, and probability of improvement.

They are defined as by Agarwal et al. 2021, "Deep RL at the Edge of the Statistical Precipice", and their rliable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
INTERVAL_PERCENT = (2.5, 97.5)
"""Percentiles between which a 95 % interval lies."""
REPLICATIONS = 50_000


def interquartile_mean(scores: ArrayLike) -> Array:
    """Return the mean along the last axis without its lowest and its highest quarter, each rounded down to whole
    scores."""
    ordered = np.sort(np.asarray(scores, float), axis=-1)
    count = ordered.shape[-1]
    cut = count // 4
    middle: Array = ordered[..., cut : count - cut].mean(axis=-1)
    return middle


def bootstrap_interval(
    scores_by_task: Sequence[ArrayLike], *, replications: int = REPLICATIONS, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of the interquartile mean over all runs of all tasks.

    It is the percentile interval of the stratified bootstrap: each replication draws as many runs of each task as
    there are, with replacement.
    """
    strata = [np.asarray(scores, float) for scores in scores_by_task]
    low, high = bootstrap_band(
        np.concatenate(strata)[:, None], [len(scores) for scores in strata], replications=replications, seed=seed
    )
    return float(low[0]), float(high[0])


def bootstrap_band(
    values: Array, task_sizes: Sequence[int], *, replications: int, seed: int = 0
) -> tuple[Array, Array]:
    """Return the lower and the upper bound of `bootstrap_interval` at each point of a curve, `[points]` each.

    Args:
        values: scores `[runs, points]`, the runs of a task next to each other.
        task_sizes: how many runs each task has, in that order.
        replications: how often the runs are drawn; each draw serves all points.
        seed: seed of the draws.
    """
    counts = _draw_counts(task_sizes, replications, seed)
    means = _resampled_means(values, counts)
    low, high = np.percentile(means, INTERVAL_PERCENT, axis=1)
    return low, high


def _draw_counts(task_sizes: Sequence[int], replications: int, seed: int) -> Array:
    """Return how often each run is drawn in each replication, `[runs, replications]`."""
    generator = np.random.Generator(np.random.PCG64(seed))
    counts = []
    for size in task_sizes:
        drawn = generator.integers(0, size, (replications, size)) + np.arange(replications)[:, None] * size
        counts.append(np.bincount(drawn.ravel(), minlength=replications * size).reshape(replications, size).T)
    return np.concatenate(counts).astype(np.float64)


def _resampled_means(values: Array, counts: Array) -> Array:
    """Return the interquartile mean of each replication at each point, `[points, replications]`.

    No replication is sorted: points where the runs have the same order share how much of each run is kept.
    """
    orders, place = np.unique(np.argsort(values, axis=0).T, axis=0, return_inverse=True)
    means = np.empty((values.shape[1], counts.shape[1]))
    for number, order in enumerate(orders):
        points = np.flatnonzero(place.ravel() == number)
        ordered = values[np.ix_(order, points)].T
        # Rounding must not carry a mean beyond the scores it is made of.
        means[points] = np.clip(ordered @ _kept(counts[order]), ordered[:, :1], ordered[:, -1:])
    return means


def _kept(counts: Array) -> Array:
    """Return the weight of each run in the mean, `[runs, replications]`; runs are in the order of their scores."""
    total = len(counts)
    cut = total // 4
    reached = np.clip(np.cumsum(counts, axis=0), cut, total - cut)
    weights: Array = np.diff(reached, axis=0, prepend=float(cut)) / (total - 2 * cut)
    return weights


def probability_of_improvement(x_by_task: Sequence[ArrayLike], y_by_task: Sequence[ArrayLike]) -> float:
    """Return the probability that a run of X scores higher than one of Y: the mean over the tasks of the share of
    pairs in which it does, ties counting half."""
    pairs = zip(x_by_task, y_by_task, strict=True)
    return float(np.mean([_share_above(np.asarray(x, float), np.asarray(y, float)) for x, y in pairs]))


def _share_above(x: Array, y: Array) -> float:
    above = x[:, None] > y[None, :]
    ties = x[:, None] == y[None, :]
    return float(above.mean() + ties.mean() / 2)
