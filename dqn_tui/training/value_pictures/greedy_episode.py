"""A greedy episode whose states pictures refer to."""

from __future__ import annotations

from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.environment import Environment
from dqn_tui.training.evaluation import value_actions

MOST_STEPS = 1_000
MOST_SECONDS = 1.0


class GreedyEpisode(NamedTuple):
    """The states of an episode, or of its beginning.

    Attributes:
        observations: [T, *shape].
        masks: the allowed actions, bool [T, A].
    """

    observations: NDArray[Any]
    masks: NDArray[np.bool_]


def play_greedily(environment: Environment, network: QNetwork, seed: int) -> GreedyEpisode:
    """Play an episode, cut short after `MOST_STEPS` steps or `MOST_SECONDS`."""
    observations, masks = [environment.reset(seed)], [_mask(environment)]
    deadline = monotonic() + MOST_SECONDS
    while len(observations) < MOST_STEPS and monotonic() < deadline:
        _, action = value_actions(network, environment, observations[-1])
        step = environment.step(action)
        if step.terminated or step.truncated:
            break
        observations.append(step.observation)
        masks.append(_mask(environment))
    return GreedyEpisode(np.stack(observations), np.stack(masks))


def _mask(environment: Environment) -> NDArray[np.bool_]:
    mask = environment.action_mask
    return np.ones(environment.spec.spaces.action_count, bool) if mask is None else mask
