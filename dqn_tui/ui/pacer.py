"""How often to draw, so that training pays no more for the screen than a small share."""

from __future__ import annotations

import time
from collections.abc import Callable

SHARE = 0.015
"""Of one core; training shares the interpreter lock with the screen, so it loses about as much."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.25, 1.0
_WEIGHT = 0.3


class Pacer:
    """Measures what a frame costs in processor time, everything between two frames included, and spaces them by it."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._last: float | None = None
        self._cost: float | None = None

    def seconds_to_next(self, *, is_free: bool) -> float:
        """Time to wait for the next frame; `is_free` says that nothing trains that would pay for it."""
        now = self._clock()
        if self._last is not None:
            spent = now - self._last
            self._cost = spent if self._cost is None else (1 - _WEIGHT) * self._cost + _WEIGHT * spent
        self._last = now
        if is_free or self._cost is None:
            return SHORTEST_SECONDS
        return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, self._cost / SHARE))
