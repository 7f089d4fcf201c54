"""What viewers can read of an environment's state: short vectors, and masks that forbid something."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.packed import find_vector
from dqn_tui.spaces import Spaces

_MOST_ENTRIES = 64


def restrictive_mask(mask: NDArray[np.bool_] | None) -> tuple[bool, ...] | None:
    """Return the mask, or None where it allows everything."""
    return None if mask is None or mask.all() else tuple(mask.tolist())


def readable_vector(spaces: Spaces, observation: NDArray[Any]) -> NDArray[np.float32]:
    """Return the observation's vector; empty where it has none, or too many entries to read."""
    vectors = find_vector(spaces, observation[None])
    is_readable = vectors is not None and vectors.size <= _MOST_ENTRIES
    return vectors[0].ravel() if vectors is not None and is_readable else np.zeros(0, np.float32)
