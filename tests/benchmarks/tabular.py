"""How good a policy is where the optimum is known: exact returns in toy-text environments, and the error of its values.

The return is that of the greedy policy within the environment's time limit. It is held against two optima: what acting
greedily on the exact Q* gives, the best that a perfectly learned Q can do, and the best possible, which takes knowing
how many steps are left.
"""

from __future__ import annotations

from dataclasses import dataclass

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config, parse_config
from dqn_tui.envs.exact_model import Model, greedy_policy, is_tabular, optimal_q_values, read_model
from dqn_tui.envs.make import register
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.training.policy import load_policy
from tests.dynamic_programming import best_return, expected_return, expected_visits

# States where an episode acts less often than this do not count in the errors.
SELDOM = 1e-3


@dataclass(frozen=True)
class ExactScore:
    """A policy against the optimum.

    Attributes:
        expected_return: exact, undiscounted.
        share_of_greedy: of the return of acting greedily on Q*; 1 is as good, less is worse.
        share_of_best: of the best possible return.
        mean_greedy_error: mean |Q - Q*| / |Q*| of the greedy actions over the steps of an episode.
        greedy_error: largest |Q - Q*| / |Q*|, Q* not 0, of the greedy actions in the states that the policy visits.
        largest_error: the same of all actions that are allowed there.
    """

    expected_return: float
    share_of_greedy: float
    share_of_best: float
    mean_greedy_error: float
    greedy_error: float
    largest_error: float


def score_exactly(checkpoint: Checkpoint) -> ExactScore | None:
    """The score of a saved policy; None where its environment does not tell its model."""
    config = parse_config(checkpoint.config)
    register(config.env)
    env = gym.make(config.env, disable_env_checker=True)
    if not is_tabular(env):
        return None
    limit = env.spec.max_episode_steps if env.spec else None
    model = read_model(env)
    q_values = read_q_values(checkpoint, config, len(model.start))
    return score_q_values(model, q_values, config.gamma, min(limit or config.eval_max_steps, config.eval_max_steps))


def read_q_values(checkpoint: Checkpoint, config: Config, states: int) -> NDArray[np.float64]:
    """The learned Q [S, A]; a state is one-hot to the network."""
    network = load_policy(checkpoint, config).network
    return network.q_values(np.eye(states, dtype=np.float32)).astype(float)


def score_q_values(model: Model, q_values: NDArray[np.float64], gamma: float, horizon: int) -> ExactScore:
    """The score of acting greedily on `q_values` [S, A] for at most `horizon` steps."""
    optimal = optimal_q_values(model, gamma)
    q_values = np.where(model.allowed, q_values, -np.inf)
    policy = q_values.argmax(axis=1)
    found = expected_return(model, policy, horizon)
    visits = expected_visits(model, policy, horizon)
    visited = visits > SELDOM
    distances = np.where(model.allowed, np.abs(q_values - optimal), 0.0)[visited]
    sizes = np.abs(optimal)[visited]
    errors = np.divide(distances, sizes, out=np.zeros_like(distances), where=sizes > 0)
    greedy_errors = errors[np.arange(len(errors)), policy[visited]]
    return ExactScore(
        expected_return=found,
        share_of_greedy=_share(found, expected_return(model, greedy_policy(optimal), horizon)),
        share_of_best=_share(found, best_return(model, horizon)),
        mean_greedy_error=float(np.average(greedy_errors, weights=visits[visited])),
        greedy_error=float(greedy_errors.max()),
        largest_error=float(errors.max()),
    )


def _share(value: float, optimum: float) -> float:
    """Where all returns are costs, the optimum's share of the value: either way less is worse."""
    return value / optimum if optimum > 0 else optimum / value
