"""Greedy episodes in an environment of their own, without touching any of training's random streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.agent import take_greedily
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.make import Environment

# Percentiles of a resampled mean change by less than 1 % of the interval with more.
BOOTSTRAP_RESAMPLES = 10_000


@dataclass(frozen=True)
class Evaluation:
    """Undiscounted returns and lengths of greedy episodes."""

    returns: tuple[float, ...]
    lengths: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Mean return."""
        return float(np.mean(self.returns))

    @property
    def std(self) -> float:
        """Population standard deviation of the returns."""
        return float(np.std(self.returns))

    @property
    def mean_length(self) -> float:
        """Mean length in steps."""
        return float(np.mean(self.lengths))

    def confidence_interval(self) -> tuple[float, float]:
        """95 % interval of the mean return: percentiles of bootstrap resamples (Efron 1979)."""
        returns = np.asarray(self.returns)
        generator = np.random.Generator(np.random.PCG64(0))
        means = returns[generator.integers(0, len(returns), (BOOTSTRAP_RESAMPLES, len(returns)))].mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        return float(low), float(high)


def evaluate(
    network: QNetwork,
    environment: Environment,
    episodes: int,
    seed_of: Callable[[int], int],
    *,
    max_steps: int,
    should_continue: Callable[[], bool] = lambda: True,
) -> Evaluation | None:
    """Play `episodes` greedy episodes; `seed_of(i)` seeds the reset of episode i, from 0.

    An episode is cut after `max_steps`. `should_continue` is asked at each step; once it says no, the result is None.
    """
    returns, lengths = [], []
    for episode in range(episodes):
        observation = environment.reset(seed_of(episode))
        episode_return, length, is_over = 0.0, 0, False
        while not is_over:
            if not should_continue():
                return None
            _, action = value_actions(network, environment, observation)
            step = environment.step(action)
            observation = step.observation
            episode_return += step.reward
            length += 1
            is_over = step.terminated or step.truncated or length == max_steps
        returns.append(episode_return)
        lengths.append(length)
    return Evaluation(tuple(returns), tuple(lengths))


def value_actions(
    network: QNetwork, environment: Environment, observation: NDArray[Any]
) -> tuple[NDArray[np.float32], int]:
    """The Q-values [A] of an observation, and the greedy action of those that the environment allows now."""
    mask = environment.action_mask
    q_values = network.q_values(observation[None])
    return q_values[0], int(take_greedily(q_values, None if mask is None else mask[None])[0])
