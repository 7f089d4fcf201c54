"""Exact returns of finite environments whose model is known: Gymnasium's toy text (Sutton & Barto 2018, chapter 4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dqn_tui.envs.exact_model import Array, Model


def expected_return(model: Model, policy: NDArray[np.int64], horizon: int) -> float:
    """Undiscounted return of a stationary policy [S] within `horizon` steps."""
    visits = expected_visits(model, policy, horizon)
    return float(visits @ model.rewards[np.arange(len(policy)), policy])


def expected_visits(model: Model, policy: NDArray[np.int64], horizon: int) -> Array:
    """How often an episode of at most `horizon` steps acts in each state [S]."""
    transitions = model.transitions[np.arange(len(policy)), policy]
    here, visits = model.start, np.zeros(len(policy))
    for _ in range(horizon):
        visits += here
        here = here @ transitions
    return visits


def best_return(model: Model, horizon: int) -> float:
    """The highest undiscounted return within `horizon` steps, by a policy that knows how many are left."""
    values = np.zeros(len(model.start))
    for _ in range(horizon):
        values = (model.rewards + model.transitions @ values).max(axis=1)
    return float(model.start @ values)
