"""The arrays inside observations [E, *shape], packed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.spaces import Part, Spaces


def unpack(spaces: Spaces, observations: NDArray[Any]) -> Iterator[tuple[Part, NDArray[Any]]]:
    """Yield each of `spaces.inputs` with its array, [E, *part.shape]."""
    if not spaces.parts:
        yield spaces.inputs[0], observations
        return
    frames = observations.reshape(len(observations), spaces.frames, -1)
    for part, where in zip(spaces.inputs, spaces.slices, strict=True):
        content = np.ascontiguousarray(frames[..., where])
        yield part, content.view(part.dtype).reshape(len(observations), *part.shape)


def are_finite(spaces: Spaces, observations: NDArray[Any]) -> bool:
    """Return whether all floats in the observations are finite."""
    if not spaces.parts:
        return observations.dtype == np.uint8 or bool(np.isfinite(observations).all())
    return all(np.isfinite(array).all() for part, array in unpack(spaces, observations) if part.dtype == "float32")


def find_vector(spaces: Spaces, observations: NDArray[Any]) -> NDArray[np.float32] | None:
    """Return the vectors in the observations, float32 [E, D]; None where there are only images."""
    return next((array for part, array in unpack(spaces, observations) if not part.is_image), None)
