"""How large things are before they are made; plain arithmetic, without torch."""

from __future__ import annotations

from collections.abc import Sequence

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import count_parameters
from dqn_tui.spaces import Spaces

FLOAT_BYTES = 4
INDEX_BYTES = 8
PRIORITY_BYTES = 8
_ITEM_BYTES = {"float32": FLOAT_BYTES, "uint8": 1}
# Leaves under one node of the tree of priorities.
PRIORITY_BLOCK = 64
TORCH_THREADS = 1
"""For networks of a few layers a second thread costs more than it gains."""


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


def estimate_replay_bytes(config: Config, spaces: Spaces, *, has_masks: bool = False) -> int:
    """The same for the replay buffer that a configuration asks for."""
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


def estimate_network_bytes(config: Config, spaces: Spaces) -> int:
    """Memory of what learns: the weights and gradients of both networks, and Adam's two moments.

    Raises:
        UsageError: the images are too small for the encoder.
    """
    return 6 * FLOAT_BYTES * count_parameters(config, spaces)
