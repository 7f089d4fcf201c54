"""Vectors: observations of every space of numbers as one float32 array."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.envs.leaves import Read, Space

# A larger bound only means that there is none.
LARGEST_BOUND = 1e6


class VectorLeaf(NamedTuple):
    """The encoding of one leaf.

    Attributes:
        size: D.
        encode: converts an observation of the leaf to a new float32 [D].
    """

    size: int
    encode: Read


def encode_vector(space: Space, *, should_scale: bool) -> VectorLeaf:
    """Return the encoding of a space, as `gymnasium.spaces.flatten` does it.

    Args:
        space: of numbers.
        should_scale: whether the bounded entries of a Box are scaled to [-1, 1].
    """
    size = spaces.flatdim(space)
    if isinstance(space, spaces.Box):
        return VectorLeaf(size, _make_scaler(space) if should_scale else _flatten_box)
    if isinstance(space, spaces.Discrete):
        return VectorLeaf(size, _make_one_hot(size, int(space.start)))

    def flatten(observation: Any) -> NDArray[np.float32]:
        return np.array(spaces.flatten(space, observation), np.float32)

    return VectorLeaf(size, flatten)


def _flatten_box(observation: Any) -> NDArray[np.float32]:
    return np.array(observation, np.float32).reshape(-1)


def _make_scaler(space: spaces.Box) -> Read:
    low, high = (np.asarray(bound, np.float64).reshape(-1) for bound in (space.low, space.high))
    is_bounded = (low > -LARGEST_BOUND) & (high < LARGEST_BOUND) & (low < high)
    low, high = np.where(is_bounded, low, -1.0), np.where(is_bounded, high, 1.0)
    middle, reach = ((low + high) / 2).astype(np.float32), ((high - low) / 2).astype(np.float32)

    def scale(observation: Any) -> NDArray[np.float32]:
        scaled: NDArray[np.float32] = (_flatten_box(observation) - middle) / reach
        return scaled

    return scale


def _make_one_hot(size: int, first: int) -> Read:
    def encode(observation: Any) -> NDArray[np.float32]:
        vector = np.zeros(size, np.float32)
        vector[int(observation) - first] = 1
        return vector

    return encode
