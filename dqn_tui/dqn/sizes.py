"""Sizes of things before they are allocated; plain arithmetic, without torch."""

from __future__ import annotations

from collections.abc import Sequence

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import count_parameters, count_statistics
from dqn_tui.spaces import Spaces

FLOAT_BYTES = 4
STATISTIC_BYTES = 8
INDEX_BYTES = 8
PRIORITY_BYTES = 8
_ITEM_BYTES = {"float32": FLOAT_BYTES, "uint8": 1}
PRIORITY_BLOCK = 64
"""Leaves below one node of the tree of priorities."""
TORCH_THREADS = 1
"""For networks of a few layers, a second thread costs more than it gains."""


def count_frames(
    capacity: int, shape: Sequence[int], itemsize: int, frames: int = 1, num_envs: int = 1, n_steps: int = 1
) -> int:
    """Return the number of frames that a replay buffer of `capacity` transitions keeps.

    Vectors are small: two for each transition are enough even if every episode ends after one step. Images, and packed
    observations, which are rows of bytes, are large, and an episode's end takes only one or two more: one for each
    transition, and 1/32 extra. The rest is for open episodes and for steps that wait for their n rewards, in
    environments that step in turn.
    """
    slack = 4 * num_envs * frames * (n_steps + frames)
    is_vector = len(shape) == 1 and itemsize == FLOAT_BYTES
    return (2 * capacity if is_vector else capacity + capacity // 32) + slack


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
    """Return the memory of a replay buffer's arrays, in bytes.

    Args:
        capacity: number of transitions it can hold.
        shape: shape of one observation.
        itemsize: bytes of one number of an observation.
        frames: frames stacked in an observation.
        num_envs: environments that fill the buffer.
        n_steps: steps of a transition.
        is_prioritized: whether there is a tree of priorities.
        action_count: width of the action masks; 0 without masks.
    """
    frame_bytes = itemsize * (shape[0] // frames)
    for length in shape[1:]:
        frame_bytes *= length
    frame_bytes += action_count
    # Frame numbers of two observations, the oldest of them, the action, the reward and the discount.
    transition_bytes = INDEX_BYTES * (2 * frames + 2) + 2 * FLOAT_BYTES
    blocks = -(-capacity // PRIORITY_BLOCK) if is_prioritized else 0
    return (
        count_frames(capacity, shape, itemsize, frames, num_envs, n_steps) * frame_bytes
        + capacity * transition_bytes
        + PRIORITY_BYTES * (blocks * (PRIORITY_BLOCK + 2) + bool(blocks))
    )


def estimate_replay_bytes(config: Config, spaces: Spaces, *, has_masks: bool = False) -> int:
    """Return the memory of a configuration's replay buffer, in bytes."""
    return count_replay_bytes(
        config.buffer_size,
        spaces.observation_shape,
        _ITEM_BYTES[spaces.observation_dtype],
        spaces.frames,
        num_envs=config.num_envs,
        n_steps=config.n_steps,
        is_prioritized=config.prioritized,
        action_count=spaces.action_count if has_masks else 0,
    )


def estimate_saved_bytes(config: Config, spaces: Spaces) -> int:
    """Return the size of one network's saved arrays, in bytes: parameters, and running statistics of vectors."""
    return FLOAT_BYTES * count_parameters(config, spaces) + STATISTIC_BYTES * count_statistics(config, spaces)


def estimate_network_bytes(config: Config, spaces: Spaces) -> int:
    """Return the memory of both networks' weights and gradients and of Adam's two moments, in bytes.

    Raises:
        UsageError: the images are too small for the encoder.
    """
    return 6 * FLOAT_BYTES * count_parameters(config, spaces)
