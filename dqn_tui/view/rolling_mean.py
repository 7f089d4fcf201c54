"""The exact mean of the newest values, such as the mean return of the last 100 episodes."""

from __future__ import annotations

import math
from collections import deque
from itertools import islice

# Values kept for each value of the window, so that a run resumed from an earlier checkpoint still has a full window.
_MEMORY = 50


class RollingMean:
    """The mean of the last `window` finite values, or of all of them while there are fewer.

    Stable-Baselines3 calls it `rollout/ep_rew_mean` (its window is 100). The mean is summed anew when it is read,
    so no rounding error accumulates and one huge value leaves no trace once it is out of the window.
    """

    def __init__(self, window: int) -> None:
        self.window = window
        self._points: deque[tuple[float, float]] = deque(maxlen=_MEMORY * window)

    def append(self, x: float, value: float) -> None:
        """Add a value at an x that is not below the previous one; a value that is not finite is ignored."""
        if math.isfinite(value):
            self._points.append((x, value))

    def forget_after(self, x: float) -> None:
        """Drop the values after x, because the run was resumed from an earlier step."""
        while self._points and self._points[-1][0] > x:
            self._points.pop()

    @property
    def mean(self) -> float | None:
        """The mean; None before the first value."""
        values = [value for _, value in islice(reversed(self._points), self.window)]
        if not values:
            return None
        try:
            return math.fsum(values) / len(values)
        except OverflowError:
            return math.fsum(value / len(values) for value in values)
