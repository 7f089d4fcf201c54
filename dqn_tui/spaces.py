"""The inputs and outputs of a Q-network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class Spaces:
    """Observations and actions, as the learner sees them.

    Attributes:
        observation_shape: (D,) for vectors; (C, H, W) for images, where C is frames times channels.
        action_count: number of discrete actions.
        observation_dtype: `"float32"`, or `"uint8"` for images.
        frames: number of frames stacked along C; 1 for vectors.
        largest_value: the network's divisor for images: 255 for pixels, 1 for planes of zeros and ones.
    """

    observation_shape: tuple[int, ...]
    action_count: int
    observation_dtype: str = "float32"
    frames: int = 1
    largest_value: float = 1.0

    @property
    def is_image(self) -> bool:
        """Whether observations are [C, H, W]."""
        return len(self.observation_shape) == 3

    @property
    def observation_size(self) -> int:
        """Number of elements in one observation."""
        return prod(self.observation_shape)

    def to_dict(self) -> dict[str, Any]:
        """Return the spaces as JSON can hold them."""
        return asdict(self) | {"observation_shape": list(self.observation_shape)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spaces:
        """Return the spaces that `to_dict` described.

        Raises:
            ValueError: a key is missing, or has a value that no space can have.
        """
        try:
            spaces = cls(
                observation_shape=tuple(int(length) for length in data["observation_shape"]),
                action_count=int(data["action_count"]),
                observation_dtype=str(data["observation_dtype"]),
                frames=int(data["frames"]),
                largest_value=float(data["largest_value"]),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"{type(error).__name__} {error}") from None
        lengths = (*spaces.observation_shape, spaces.action_count, spaces.frames)
        is_known = spaces.observation_dtype in ("float32", "uint8") and len(spaces.observation_shape) in (1, 3)
        if not is_known or min(lengths) < 1 or not spaces.largest_value > 0:
            raise ValueError(f"no observations and actions are like {dict(data)}")
        return spaces
