"""Evaluates the run's policy as it learns, and knows the best and whether it is solved."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.make import Environment
from dqn_tui.seeding import episode_seed
from dqn_tui.training.evaluation import Evaluation, evaluate

CONFIRMATION_EPISODES = 100


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
