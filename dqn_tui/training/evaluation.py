"""Greedy episodes in a separate environment, without touching any of training's random streams."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.dqn.agent import greedy_actions
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.environment import Environment
from dqn_tui.seeding import episode_seed
from dqn_tui.training.chores import Chore
from dqn_tui.training.emitter import Emitter

BOOTSTRAP_RESAMPLES = 10_000
"""With more, the percentiles of a resampled mean change by less than 1 % of the interval."""
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
        """Return the 95 % interval of the mean return, from percentiles of bootstrap resamples (Efron 1979)."""
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

    An episode is cut after `max_steps`. `should_continue` is called at each step; once it is false, the result is None.
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
    """Return the Q-values [A] of an observation, and the greedy action of those that the environment now allows."""
    mask = environment.action_mask
    q_values = network.q_values(observation[None])
    return q_values[0], int(greedy_actions(q_values, None if mask is None else mask[None])[0])


class Verdict(NamedTuple):
    """Whether an evaluation is the best so far, and whether it reached the goal and has yet to be confirmed."""

    is_best: bool
    should_confirm: bool


class Evaluator:
    """Evaluates the run's policy, reports it, and keeps the best mean.

    Episodes are seeded by the run's seed, the step and the purpose alone.

    Attributes:
        goal: the mean return that counts as solved; None where nothing does.
        is_busy: whether episodes are being played.
        is_solved: whether a confirmation reached the goal.
    """

    def __init__(self, config: Config, environment: Environment, emit: Emitter) -> None:
        self._config = config
        self._environment = environment
        self._emit = emit
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
        """Return the mean return of the latest evaluation, if that was at `step`."""
        if self._latest is None or self._latest[0] != step or not math.isfinite(self._latest[1]):
            return None
        return self._latest[1]

    def run(self, network: QNetwork, chore: Chore, step: int, should_continue: Callable[[], bool]) -> Verdict | None:
        """Play `eval_episodes` greedy episodes, or 100 to confirm; None once `should_continue` is false."""
        episodes = CONFIRMATION_EPISODES if chore is Chore.CONFIRM else self._config.eval_episodes
        self._emit(events.EvaluationStarted, episodes=episodes)
        self.is_busy = True
        evaluation = evaluate(
            network,
            self._environment,
            episodes,
            lambda episode: episode_seed(self._config.seed, chore, step, episode),
            max_steps=self._config.eval_max_steps,
            should_continue=should_continue,
        )
        self.is_busy = False
        return None if evaluation is None else self._judge(evaluation, chore, step)

    def get_state(self) -> dict[str, Any]:
        """Return what later evaluations are compared with."""
        return {"best_mean": self.best_mean}

    def set_state(self, state: Mapping[str, Any], step: int, mean: float | None) -> None:
        """Restore the result of `get_state`, and the mean return of an evaluation at the present step, if any."""
        self._best_mean = -math.inf if state["best_mean"] is None else float(state["best_mean"])
        self._latest = None if mean is None else (step, mean)

    def _judge(self, evaluation: Evaluation, chore: Chore, step: int) -> Verdict:
        """Compare an evaluation with the best and with the goal, and report it."""
        is_at_goal = self._config.until_solved and self.goal is not None and evaluation.mean >= self.goal
        self.is_solved = is_at_goal and chore is Chore.CONFIRM
        self._latest = (step, evaluation.mean)
        is_best = evaluation.mean > self._best_mean
        if is_best:
            self._best_mean = evaluation.mean
        self._emit(
            events.Evaluated,
            episodes=len(evaluation.returns),
            mean=evaluation.mean,
            std=evaluation.std,
            mean_length=evaluation.mean_length,
            is_best=is_best,
        )
        return Verdict(is_best, is_at_goal and not self.is_solved)
