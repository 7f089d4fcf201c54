"""Exact values of finite environments whose model is known: Gymnasium's toy text (Sutton & Barto 2018, chapter 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_SWEEPS = 1_000_000


@dataclass(frozen=True)
class Model:
    """A Markov decision process of S states and A actions.

    Attributes:
        transitions: probability that the episode goes on in a state, float64 [S, A, S]; what is missing to 1 ends it.
        rewards: expected reward, float64 [S, A].
        start: probability of each first state, float64 [S].
        allowed: the actions that the environment's mask allows, bool [S, A].
    """

    transitions: Array
    rewards: Array
    start: Array
    allowed: NDArray[np.bool_]


def is_tabular(env: gym.Env[Any, Any]) -> bool:
    """Whether an environment tells its model."""
    return hasattr(env.unwrapped, "P") and hasattr(env.unwrapped, "initial_state_distrib")


def read_model(env: gym.Env[Any, Any]) -> Model:
    """The model that a toy-text environment tells: `P[state][action]` lists (probability, next, reward, terminated)."""
    table: Any = env.unwrapped.P  # type: ignore[attr-defined]
    states, actions = len(table), len(table[0])
    transitions, rewards = np.zeros((states, actions, states)), np.zeros((states, actions))
    for state, by_action in table.items():
        for action, outcomes in by_action.items():
            for probability, following, reward, terminated in outcomes:
                rewards[state, action] += probability * reward
                transitions[state, action, following] += 0.0 if terminated else probability
    start = np.asarray(env.unwrapped.initial_state_distrib, np.float64)  # type: ignore[attr-defined]
    return Model(transitions, rewards, start, _read_masks(env, rewards.shape))


def _read_masks(env: gym.Env[Any, Any], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Taxi's mask leaves out what would change nothing."""
    if not hasattr(env.unwrapped, "action_mask"):
        return np.ones(shape, bool)
    return np.array([env.unwrapped.action_mask(state) for state in range(shape[0])], bool)


def optimal_q_values(model: Model, gamma: float, tolerance: float = 1e-12) -> Array:
    """Q* [S, A] without a time limit, by value iteration until no value moves by more than `tolerance`.

    Raises:
        ValueError: the values do not settle, as with gamma 1 where episodes need not end.
    """
    q_values = np.zeros_like(model.rewards)
    for _ in range(MAX_SWEEPS):
        improved = model.rewards + gamma * model.transitions @ q_values.max(axis=1)
        change = np.abs(improved - q_values).max()
        q_values = improved
        if change <= tolerance:
            return np.asarray(q_values)
    raise ValueError(f"values still move by {change:g} after {MAX_SWEEPS:,} sweeps at gamma {gamma}")


def greedy_policy(q_values: Array) -> NDArray[np.int64]:
    """The first action [S] whose value is the highest but for rounding."""
    return np.asarray(np.argmax(q_values >= q_values.max(axis=1, keepdims=True) - 1e-9, axis=1))


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
