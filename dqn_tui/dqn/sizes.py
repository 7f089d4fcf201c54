"""How large things are before they are made; plain arithmetic, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

FLOAT_BYTES = 4
INDEX_BYTES = 8
PRIORITY_BYTES = 8
# Leaves under one node of the tree of priorities.
PRIORITY_BLOCK = 64


def count_parameters(observation_size: int, net_arch: Sequence[int], action_count: int) -> int:
    """Weights and biases of the Q-network."""
    sizes = [observation_size, *net_arch, action_count]
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))


def count_frames(capacity: int, shape: Sequence[int], frames: int = 1, num_envs: int = 1, n_steps: int = 1) -> int:
    """Frames that a replay buffer of `capacity` transitions keeps.

    Vectors are small: two for each transition suffice even if every episode ends after one step. Images are large, and
    what an episode's end costs is an image or two: one for each transition and 1/32 more. The rest is for steps that
    wait for their n rewards and for open episodes, of environments that take their steps in turn.
    """
    slack = 4 * num_envs * frames * (n_steps + frames)
    return (2 * capacity if len(shape) == 1 else capacity + capacity // 32) + slack


def count_replay_bytes(
    capacity: int,
    shape: Sequence[int],
    itemsize: int,
    frames: int = 1,
    *,
    num_envs: int = 1,
    n_steps: int = 1,
    is_prioritized: bool = False,
    action_count: int = 0,
) -> int:
    """Memory of a replay buffer's arrays.

    Args:
        capacity: transitions that it holds.
        shape: of one observation.
        itemsize: bytes of one of its numbers.
        frames: frames that an observation is stacked of.
        num_envs: environments that fill it.
        n_steps: steps of a transition.
        is_prioritized: whether there is a tree of priorities.
        action_count: width of the action masks; 0: there are none.
    """
    frame_bytes = itemsize * (shape[0] // frames)
    for length in shape[1:]:
        frame_bytes *= length
    frame_bytes += action_count
    # The numbers of two observations' frames, the oldest of them, the action, the reward and the discount.
    transition_bytes = INDEX_BYTES * (2 * frames + 2) + 2 * FLOAT_BYTES
    blocks = -(-capacity // PRIORITY_BLOCK) if is_prioritized else 0
    return (
        count_frames(capacity, shape, frames, num_envs, n_steps) * frame_bytes
        + capacity * transition_bytes
        + PRIORITY_BYTES * (blocks * (PRIORITY_BLOCK + 2) + bool(blocks))
    )
