"""The exact model of an environment that exposes it, as Gymnasium's toy text does, and its optimal Q-values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_SWEEPS = 1_000_000


@dataclass(frozen=True)
class Model:
    """A Markov decision process of S states and A actions, of whose outcomes each action has at most K.

    Attributes:
        probabilities: probability of each outcome after which the episode continues, float64 [S, A, K]; what is missing
            to 1 ends it.
        following: state that the outcome leads to, int64 [S, A, K].
        rewards: expected reward, float64 [S, A].
        start: probability of each first state, float64 [S].
        allowed: the actions that the environment's mask allows, bool [S, A].
    """

    probabilities: Array
    following: NDArray[np.int64]
    rewards: Array
    start: Array
    allowed: NDArray[np.bool_]

    @cached_property
    def transitions(self) -> Array:
        """Probability that the episode continues in a state, float64 [S, A, S]."""
        states, actions, _ = self.following.shape
        transitions = np.zeros((states, actions, states))
        places = np.ogrid[:states, :actions]
        np.add.at(transitions, (places[0][..., None], places[1][..., None], self.following), self.probabilities)
        return transitions


def is_tabular(env: Any) -> bool:
    """Whether a Gymnasium environment exposes its model."""
    return hasattr(env.unwrapped, "P") and hasattr(env.unwrapped, "initial_state_distrib")


def read_model(env: Any, learned: Callable[[float], float] = float) -> Model:
    """Return the model that a toy-text environment exposes.

    Args:
        env: its `P[state][action]` lists outcomes: (probability, next state, reward, whether it ends the episode).
        learned: what becomes of a reward before it is learned from.
    """
    table: Any = env.unwrapped.P
    states, actions = len(table), len(table[0])
    most = max(len(outcomes) for by_action in table.values() for outcomes in by_action.values())
    probabilities, rewards = np.zeros((states, actions, most)), np.zeros((states, actions))
    following = np.zeros((states, actions, most), np.int64)
    for state, by_action in table.items():
        for action, outcomes in by_action.items():
            for number, (probability, next_state, reward, is_terminal) in enumerate(outcomes):
                rewards[state, action] += probability * learned(reward)
                probabilities[state, action, number] = 0.0 if is_terminal else probability
                following[state, action, number] = next_state
    start = np.asarray(env.unwrapped.initial_state_distrib, np.float64)
    return Model(probabilities, following, rewards, start, _read_masks(env, rewards.shape))


def _read_masks(env: Any, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the masks of all states; Taxi's leaves out what would change nothing."""
    if not hasattr(env.unwrapped, "action_mask"):
        return np.ones(shape, bool)
    return np.array([env.unwrapped.action_mask(state) for state in range(shape[0])], bool)


def optimal_q_values(model: Model, gamma: float, tolerance: float = 1e-12) -> Array:
    """Return Q* [S, A] without a time limit, by value iteration until no value moves by more than `tolerance`.

    Raises:
        ValueError: the values do not settle, as with gamma 1 where episodes need not end.
    """
    q_values = np.zeros_like(model.rewards)
    change = 0.0
    for _ in range(MAX_SWEEPS):
        next_values = q_values.max(axis=1)[model.following]
        improved = model.rewards + gamma * np.einsum("sak,sak->sa", model.probabilities, next_values)
        change = float(np.abs(improved - q_values).max())
        q_values = np.asarray(improved)
        if change <= tolerance:
            return q_values
    raise ValueError(f"values still move by {change:g} after {MAX_SWEEPS:,} sweeps at gamma {gamma}")


def greedy_policy(q_values: Array) -> NDArray[np.int64]:
    """Return the first action [S] whose value is the highest but for rounding."""
    best: NDArray[np.int64] = np.argmax(q_values >= q_values.max(axis=1, keepdims=True) - 1e-9, axis=1)
    return best
