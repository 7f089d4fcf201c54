"""Observations of every supported space as one array: a vector, or an image in channels-first order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.errors import UsageError

LARGEST_PIXEL = 255.0
# A larger bound only means that there is none.
LARGEST_BOUND = 1e6
_SUPPORTED = (
    "vectors (Box, Discrete, MultiDiscrete, MultiBinary, and Tuple or Dict of them) "
    "and images (Box of 3 dimensions, or of 2 as uint8)"
)


class Encoding(NamedTuple):
    """The conversion of a space's observations to arrays.

    Attributes:
        shape: (D,) for vectors, (C, H, W) for images; C = frames * channels, the oldest frame first.
        dtype: float32 for vectors and images of floats, uint8 for pixels and for planes of 0 and 1.
        frames: frames along the first axis of an image; 1 for vectors.
        largest_value: divisor that brings images into [-1, 1]; 1 for vectors.
        encode: converts an observation, stacked where the environment stacks it, to a new array.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    frames: int
    largest_value: float
    encode: Callable[[Any], NDArray[Any]]


def is_image(space: spaces.Space[Any]) -> bool:
    """Whether observations of the space are encoded as an image."""
    if not isinstance(space, spaces.Box):
        return False
    return len(space.shape) == 3 or (len(space.shape) == 2 and space.dtype == np.uint8)


def check_observations(space: spaces.Space[Any]) -> None:
    """Check that a network can take the observations of a space.

    Raises:
        UsageError: it cannot.
    """
    if not (is_image(space) or _is_vector(space)):
        raise UsageError(f"observations must be {_SUPPORTED}, got {space}")


def make_encoding(
    space: spaces.Space[Any], stacked: spaces.Space[Any], frame_stack: int, *, should_scale: bool = False
) -> Encoding:
    """Return the encoding of a space.

    Args:
        space: of a single observation.
        stacked: of the latest `frame_stack` observations, the oldest first; `space` itself where that is 1.
        frame_stack: observations in one.
        should_scale: whether the bounded entries of vectors are scaled to [-1, 1]; the network scales images.
    """
    if isinstance(space, spaces.Box) and is_image(space):
        return _image_encoding(space, frame_stack)
    if isinstance(space, spaces.Box):
        assert isinstance(stacked, spaces.Box)
        encode = _scaler(stacked) if should_scale else _flatten_box
    else:
        encode = _flattener(space, stacked)
    return Encoding((spaces.flatdim(stacked),), np.dtype(np.float32), 1, 1.0, encode)


def _is_vector(space: spaces.Space[Any]) -> bool:
    if isinstance(space, spaces.Tuple):
        return all(map(_is_vector, space.spaces))
    if isinstance(space, spaces.Dict):
        return all(map(_is_vector, space.spaces.values()))
    if isinstance(space, spaces.Box):
        return len(space.shape) <= 2 and not is_image(space)
    return isinstance(space, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary)


def _flatten_box(observation: Any) -> NDArray[np.float32]:
    return np.array(observation, np.float32).reshape(-1)


def _scaler(space: spaces.Box) -> Callable[[Any], NDArray[np.float32]]:
    low, high = (np.asarray(bound, np.float64).reshape(-1) for bound in (space.low, space.high))
    is_bounded = (low > -LARGEST_BOUND) & (high < LARGEST_BOUND) & (low < high)
    low, high = np.where(is_bounded, low, -1.0), np.where(is_bounded, high, 1.0)
    middle, reach = ((low + high) / 2).astype(np.float32), ((high - low) / 2).astype(np.float32)

    def scale(observation: Any) -> NDArray[np.float32]:
        scaled: NDArray[np.float32] = (_flatten_box(observation) - middle) / reach
        return scaled

    return scale


def _flattener(space: spaces.Space[Any], stacked: spaces.Space[Any]) -> Callable[[Any], NDArray[np.float32]]:
    def flatten(observation: Any) -> NDArray[np.float32]:
        return np.array(spaces.flatten(stacked, observation), np.float32)

    if not isinstance(space, spaces.Discrete) or stacked is not space:
        return flatten
    size, first = int(space.n), int(space.start)

    def one_hot(observation: Any) -> NDArray[np.float32]:
        vector = np.zeros(size, np.float32)
        vector[int(observation) - first] = 1
        return vector

    return one_hot


def _image_encoding(space: spaces.Box, frame_stack: int) -> Encoding:
    one = space.shape if len(space.shape) == 3 else (1, *space.shape)
    is_channels_last = len(space.shape) == 3 and not _is_channels_first(space.shape)
    channels, height, width = (one[2], one[0], one[1]) if is_channels_last else one
    dtype = np.dtype(np.uint8 if space.dtype in (np.uint8, np.bool_) else np.float32)
    shape = (frame_stack * channels, height, width)

    def encode(observation: Any) -> NDArray[Any]:
        frames = np.asarray(observation).reshape(frame_stack, *one)
        if is_channels_last:
            frames = frames.transpose(0, 3, 1, 2)
        return np.array(frames, dtype, order="C").reshape(shape)

    return Encoding(shape, dtype, frame_stack, _largest_value(space), encode)


def _is_channels_first(shape: tuple[int, ...]) -> bool:
    """Two equal sides are height and width; otherwise the shorter of the outer axes holds the channels."""
    first, middle, last = shape
    if (first == middle) != (middle == last):
        return middle == last
    return first < last


def _largest_value(space: spaces.Box) -> float:
    """Return the bound of a space, or 1 where it has none: unbounded floats often get the largest float there is."""
    bound = float(max(np.abs(space.low.astype(float)).max(), np.abs(space.high.astype(float)).max()))
    return bound if 0 < bound <= LARGEST_PIXEL else 1.0
