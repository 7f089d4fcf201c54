"""The time between frames, chosen so that drawing costs training no more than a small share of its speed."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.015
"""Share of one core. Training shares the interpreter lock with the screen, so it loses about as much."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.25, 1.5
_WEIGHT = 0.3


class Pacer:
    """Spaces frames by their cost: the processor time of this thread from one frame to the next."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._last: float | None = None
        self._cost: float | None = None

    def seconds_to_next(self, *, is_free: bool) -> float:
        """Return the seconds to wait for the next frame; `is_free` means that no training is slowed down."""
        now = self._clock()
        if self._last is not None:
            spent = now - self._last
            self._cost = spent if self._cost is None else (1 - _WEIGHT) * self._cost + _WEIGHT * spent
        self._last = now
        if is_free or self._cost is None:
            return SHORTEST_SECONDS
        return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, self._cost / SHARE))
