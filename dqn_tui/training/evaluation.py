"""Greedy episodes in an environment of their own, without touching any of training's random streams."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.agent import greedy_actions
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.environment import Environment
from dqn_tui.seeding import episode_seed

# Percentiles of a resampled mean change by less than 1 % of the interval with more.
BOOTSTRAP_RESAMPLES = 10_000
CONFIRMATION_EPISODES = 100


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
    return q_values[0], int(greedy_actions(q_values, None if mask is None else mask[None])[0])


class Evaluator:
    """Seeds of an evaluation depend on the run's seed, the step and the purpose alone.

    Attributes:
        goal: the mean return that counts as solved; None where nothing does.
        is_busy: whether episodes are being played.
        is_solved: whether a confirmation was at the goal.
    """

    def __init__(self, config: Config, environment: Environment) -> None:
        self._config = config
        self._environment = environment
        self.goal = environment.spec.goal if config.goal is None else config.goal
        self.is_busy = False
        self.is_solved = False
        self._best_mean = -math.inf
        self._latest: tuple[int, float] | None = None

    @property
    def best_mean(self) -> float | None:
        """The highest mean return so far; None before there is one."""
        return self._best_mean if math.isfinite(self._best_mean) else None

    def mean_at(self, step: int) -> float | None:
        """The mean return of the latest evaluation, if it was at `step`."""
        if self._latest is None or self._latest[0] != step or not math.isfinite(self._latest[1]):
            return None
        return self._latest[1]

    def count_episodes(self, chore: str) -> int:
        """`eval_episodes` to evaluate, 100 to confirm."""
        return CONFIRMATION_EPISODES if chore == "confirm" else self._config.eval_episodes

    def play(self, network: QNetwork, chore: str, step: int, should_continue: Callable[[], bool]) -> Evaluation | None:
        """Greedy episodes; None where `should_continue` said no in between."""
        self.is_busy = True
        evaluation = evaluate(
            network,
            self._environment,
            self.count_episodes(chore),
            lambda episode: episode_seed(self._config.seed, chore, step, episode),
            max_steps=self._config.eval_max_steps,
            should_continue=should_continue,
        )
        self.is_busy = False
        return evaluation

    def take_in(self, evaluation: Evaluation, chore: str, step: int) -> tuple[bool, bool]:
        """Whether it is the best so far, and whether it is at the goal and still to be confirmed."""
        is_at_goal = self._config.until_solved and self.goal is not None and evaluation.mean >= self.goal
        self.is_solved = is_at_goal and chore == "confirm"
        self._latest = (step, evaluation.mean)
        is_best = evaluation.mean > self._best_mean
        if is_best:
            self._best_mean = evaluation.mean
        return is_best, is_at_goal and not self.is_solved

    def get_state(self) -> dict[str, Any]:
        """What later evaluations are compared with."""
        return {"best_mean": self.best_mean}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take in what `get_state` gave."""
        self._best_mean = -math.inf if state["best_mean"] is None else float(state["best_mean"])
