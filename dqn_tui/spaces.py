"""The inputs and outputs of a Q-network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from math import prod
from typing import Any

_ITEM_BYTES = {"float32": 4, "uint8": 1}


@dataclass(frozen=True)
class Part:
    """One array of a packed observation: an image, or a vector.

    Attributes:
        name: path of its entry in the environment's observations.
        shape: (D,) or (C, H, W) of a single frame.
        dtype: `"float32"` or `"uint8"`.
        largest_value: the network's divisor for an image; 1 for a vector.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    largest_value: float = 1.0

    @property
    def is_image(self) -> bool:
        """Whether it is [C, H, W]."""
        return len(self.shape) == 3

    @property
    def byte_count(self) -> int:
        """Bytes of a single frame."""
        return prod(self.shape) * _ITEM_BYTES[self.dtype]

    def stacked(self, frames: int) -> tuple[int, ...]:
        """Return the shape of `frames` frames, joined along the first axis."""
        return (frames * self.shape[0], *self.shape[1:])


@dataclass(frozen=True)
class Spaces:
    """Observations and actions, as the learner sees them.

    An observation of several arrays is packed: its parts' bytes, one after the other, frame by frame.

    Attributes:
        observation_shape: (D,) for vectors; (C, H, W) for images, where C is frames times channels; (N,) for packed
            observations, where N is frames times bytes.
        action_count: number of discrete actions.
        observation_dtype: `"float32"`, or `"uint8"` for images of whole numbers and packed observations.
        frames: number of frames stacked along the first axis; 1 for vectors.
        largest_value: the network's divisor for images: 255 for pixels, 1 for planes of zeros and ones.
        parts: the arrays of a packed observation; empty for others.
    """

    observation_shape: tuple[int, ...]
    action_count: int
    observation_dtype: str = "float32"
    frames: int = 1
    largest_value: float = 1.0
    parts: tuple[Part, ...] = ()

    @property
    def inputs(self) -> tuple[Part, ...]:
        """The arrays that the network takes, each with all of its frames: images first, then at most one vector."""
        if self.parts:
            return tuple(replace(part, shape=part.stacked(self.frames)) for part in self.parts)
        return (Part("", self.observation_shape, self.observation_dtype, self.largest_value),)

    @property
    def slices(self) -> tuple[slice, ...]:
        """Where the bytes of each part are in a single frame of packed observations."""
        ends = list(accumulate(part.byte_count for part in self.parts))
        return tuple(slice(end - part.byte_count, end) for part, end in zip(self.parts, ends, strict=True))

    @property
    def images(self) -> tuple[Part, ...]:
        """The images among `inputs`."""
        return tuple(part for part in self.inputs if part.is_image)

    @property
    def vector_size(self) -> int:
        """Length of the vector among `inputs`; 0 without one."""
        return sum(part.shape[0] for part in self.inputs if not part.is_image)

    @property
    def is_large(self) -> bool:
        """Whether observations hold images, so that their memory counts."""
        return bool(self.images)

    @property
    def observation_size(self) -> int:
        """Number of elements in one observation."""
        return prod(self.observation_shape)

    def to_dict(self) -> dict[str, Any]:
        """Return the spaces as JSON can hold them."""
        plain = asdict(self) | {"observation_shape": list(self.observation_shape)}
        plain["parts"] = [asdict(part) | {"shape": list(part.shape)} for part in self.parts]
        if not self.parts:
            del plain["parts"]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spaces:
        """Return the spaces that `to_dict` described.

        Raises:
            ValueError: a key is missing, or has a value that no space can have.
        """
        try:
            spaces = cls(
                observation_shape=_read_shape(data["observation_shape"]),
                action_count=int(data["action_count"]),
                observation_dtype=str(data["observation_dtype"]),
                frames=int(data["frames"]),
                largest_value=float(data["largest_value"]),
                parts=tuple(
                    Part(
                        str(part["name"]), _read_shape(part["shape"]), str(part["dtype"]), float(part["largest_value"])
                    )
                    for part in data.get("parts", ())
                ),
            )
        except (AttributeError, KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"{type(error).__name__} {error}") from None
        if not spaces._is_possible:
            raise ValueError(f"no observations and actions are like {dict(data)}")
        return spaces

    @property
    def _is_possible(self) -> bool:
        arrays = [*self.parts, Part("", self.observation_shape, self.observation_dtype, self.largest_value)]
        if min(self.action_count, self.frames) < 1:
            return False
        for part in arrays:
            is_known = part.dtype in _ITEM_BYTES and len(part.shape) in (1, 3)
            if not is_known or min(part.shape) < 1 or not part.largest_value > 0:
                return False
        packed = (self.frames * sum(part.byte_count for part in self.parts),)
        return not self.parts or (self.observation_shape == packed and self.observation_dtype == "uint8")


def _read_shape(lengths: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in lengths)
