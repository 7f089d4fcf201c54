"""The codes of MiniGrid's windows, with their true bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gymnasium import spaces

MISSION = "mission"
ACTIONS = ("left", "right", "forward", "pick up", "drop", "toggle", "done")
KEYS = ("left", "right", "up", "e", "x", "space", "")
LARGEST_CODES = (10, 5, 2)
"""The largest object, colour and state."""


def bound_codes(space: spaces.Dict) -> spaces.Dict:
    """Return the space with these as bounds of its `image`, instead of 255, so that planes follow from the space."""
    import numpy as np
    from gymnasium import spaces

    high = np.broadcast_to(np.array(LARGEST_CODES, np.uint8), space["image"].shape or ())
    image = spaces.Box(np.zeros_like(high), high, dtype=np.uint8)
    return spaces.Dict({**space.spaces, "image": image})
