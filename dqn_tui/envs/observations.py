"""Observations of every supported space as one array: a vector, an image in channels-first order, or both, packed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.images import ImageLeaf, encode_image
from dqn_tui.envs.leaves import Leaf, Read, Space, choose_leaves, find_leaves, is_below, is_image, is_vector
from dqn_tui.envs.vectors import encode_vector
from dqn_tui.errors import SettingError, UsageError
from dqn_tui.spaces import Part

VECTOR = "vector"
"""Name of the part that holds all vectors of a packed observation."""
_SUPPORTED = (
    "vectors (Box, Discrete, MultiDiscrete, MultiBinary) and images (Box of 3 dimensions, or of 2 as uint8), "
    "or Tuple and Dict of them"
)


class Encoding(NamedTuple):
    """The conversion of a space's observations to arrays.

    Attributes:
        shape: (D,) for vectors, (C, H, W) for images; (N,), the number of bytes, for packed observations.
        dtype: float32 for vectors and images of floats; uint8 for pixels, planes of 0 and 1, and packed observations.
        largest_value: divisor that brings images into [-1, 1]; 1 for vectors and packed observations.
        parts: of a packed observation, in order: each image, then all vectors together; empty for others.
        encode: converts an observation to a new array.
        left_out: the leaves that no network can take, by path and space.
        names: a name for each entry of the vector, by the leaf that it is from; empty without such names.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    largest_value: float
    parts: tuple[Part, ...]
    encode: Read
    left_out: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def is_image(self) -> bool:
        """Whether observations are [C, H, W]."""
        return len(self.shape) == 3

    @property
    def vector_size(self) -> int:
        """Entries of the vector; 0 without one."""
        if self.parts:
            return sum(part.shape[0] for part in self.parts if not part.is_image)
        return 0 if self.is_image else self.shape[0]


def make_encoding(space: Space, config: Config) -> Encoding:
    """Return the encoding of a space of single observations, before any are stacked.

    Args:
        space: of any kind.
        config: the keys observation_keys, crop, grayscale, resize, one_hot_planes, scale_observations and
            normalize_observations.

    Raises:
        UsageError: a network can take none of it, or not what was chosen.
        SettingError: a key does not fit the space.
    """
    chosen = choose_leaves(find_leaves(space), config.observation_keys)
    usable = [leaf for leaf in chosen if is_image(leaf.space) or is_vector(leaf.space)]
    left_out = tuple(f"{leaf.path} ({_describe(leaf.space)})" for leaf in chosen if leaf not in usable)
    if not usable:
        raise UsageError(f"observations must be {_SUPPORTED}, got {space}")
    for path in config.observation_keys:
        if not any(is_below(leaf, path) for leaf in usable):
            raise UsageError(f"observation_keys: {path} must be {_SUPPORTED}; left out are {', '.join(left_out)}")
    images = [(leaf, encode_image(leaf.space, config)) for leaf in usable if is_image(leaf.space)]  # type: ignore[arg-type]
    vectors = [leaf for leaf in usable if not is_image(leaf.space)]
    _check_fit(config, has_images=bool(images), has_vectors=bool(vectors))
    if not images:
        return _encode_vectors(vectors, config, left_out)
    if len(images) == 1 and not vectors:
        leaf, image = images[0]
        return Encoding(image.shape, image.dtype, image.largest_value, (), _reader(leaf, image.encode), left_out)
    return _pack(images, vectors, config, left_out)


def _check_fit(config: Config, *, has_images: bool, has_vectors: bool) -> None:
    """Refuse settings that would change nothing."""
    for key in ("crop", "grayscale", "resize", "one_hot_planes"):
        if getattr(config, key) and not has_images:
            raise SettingError(f"{key} is for images, and the observations of {config.env} hold none", key)
    if config.normalize_observations and not has_vectors:
        message = f"normalize_observations is for vectors, and the observations of {config.env} hold none"
        raise SettingError(message, "normalize_observations")


def _encode_vectors(vectors: Sequence[Leaf], config: Config, left_out: tuple[str, ...]) -> Encoding:
    encoded = [(leaf, encode_vector(leaf.space, should_scale=config.scale_observations)) for leaf in vectors]
    size = sum(vector.size for _, vector in encoded)
    readers = [_reader(leaf, vector.encode) for leaf, vector in encoded]

    def encode(observation: Any) -> NDArray[np.float32]:
        return np.concatenate([read(observation) for read in readers])

    read_all = readers[0] if len(readers) == 1 else encode
    names = tuple(name for leaf, vector in encoded for name in _name_entries(leaf, vector.size))
    return Encoding((size,), np.dtype(np.float32), 1.0, (), read_all, left_out, names)


def _pack(
    images: Sequence[tuple[Leaf, ImageLeaf]], vectors: Sequence[Leaf], config: Config, left_out: tuple[str, ...]
) -> Encoding:
    """Return an encoding as the bytes of all parts: the replay buffer stores pixels as pixels, floats as floats."""
    parts = [Part(leaf.path, image.shape, image.dtype.name, image.largest_value) for leaf, image in images]
    readers = [_reader(leaf, image.encode) for leaf, image in images]
    names: tuple[str, ...] = ()
    if vectors:
        joined = _encode_vectors(vectors, config, ())
        names = joined.names
        parts.append(Part(VECTOR, joined.shape, joined.dtype.name, 1.0))
        readers.append(joined.encode)

    def encode(observation: Any) -> NDArray[np.uint8]:
        return np.concatenate([read(observation).reshape(-1).view(np.uint8) for read in readers])

    shape = (sum(part.byte_count for part in parts),)
    return Encoding(shape, np.dtype(np.uint8), 1.0, tuple(parts), encode, left_out, names)


def _reader(leaf: Leaf, encode: Read) -> Read:
    """Return a function from an observation of the whole space to the encoded leaf."""
    if not leaf.keys:
        return encode
    return lambda observation: encode(leaf.read(observation))


def _name_entries(leaf: Leaf, size: int) -> tuple[str, ...]:
    """Return a name for each entry of a vector leaf; none where the space is not nested."""
    if not leaf.path:
        return ()
    return (leaf.path,) if size == 1 else tuple(f"{leaf.path} {index}" for index in range(size))


def _describe(space: Space) -> str:
    kind = type(space).__name__
    return f"{kind} of {len(space.shape)} dimensions" if isinstance(space, spaces.Box) else kind
