"""How large things are before they are made; plain arithmetic, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dqn_tui.config import Config

FLOAT_BYTES = 4
INDEX_BYTES = 8


def count_parameters(observation_size: int, net_arch: Sequence[int], action_count: int) -> int:
    """Weights and biases of the Q-network."""
    sizes = [observation_size, *net_arch, action_count]
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))


def count_replay_bytes(capacity: int, observation_size: int) -> int:
    """Memory of a replay buffer's arrays: two observations, an action, a reward and a discount for each transition."""
    return capacity * (2 * FLOAT_BYTES * observation_size + INDEX_BYTES + 2 * FLOAT_BYTES)


def estimate_replay_bytes(config: Config, observation_size: int) -> int:
    """Memory of a run's replay buffer when it is full."""
    return count_replay_bytes(config.buffer_size, observation_size)
