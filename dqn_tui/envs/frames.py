"""The latest encoded observations stacked into one, along the first axis and the oldest first."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray


class FrameStack:
    """The latest `count` frames of an episode.

    At its start, missing frames of images are zeros, as in the ALE's own vector environment and in Stable-Baselines3;
    missing vectors repeat the first one, since zeros may mean something there, and so do images beside vectors.
    """

    def __init__(self, count: int, *, has_zeros_first: bool) -> None:
        self._frames: deque[NDArray[Any]] = deque(maxlen=count)
        self._has_zeros_first = has_zeros_first

    def begin(self, frame: NDArray[Any]) -> NDArray[Any]:
        """Return the stack [count * frame.shape[0], ...] of an episode's first frame."""
        missing = np.zeros_like(frame) if self._has_zeros_first else frame
        self._frames.extend([missing] * (self._frames.maxlen or 0))
        return self.add(frame)

    def add(self, frame: NDArray[Any]) -> NDArray[Any]:
        """Return the stack of the next frame, as a new array."""
        self._frames.append(frame)
        return np.concatenate(self._frames)
