"""The mean return of the last 100 training episodes, exact also after the run went back to a checkpoint."""

from __future__ import annotations

import math
from collections import deque
from itertools import islice

from dqn_tui.view.rolling_mean import RollingMean

WINDOW = 100
# More than a run plays between two checkpoints, so that the window can be filled again after a return to one.
_EPISODES_KEPT = 5_000


class RecentReturns:
    """The viewer's only source of the 100-episode mean.

    Attributes:
        mean: Mean of the last 100 finite returns, of all while there are fewer; None before the first.
    """

    def __init__(self) -> None:
        self.mean: float | None = None
        self._window = RollingMean(WINDOW)
        self._kept: deque[tuple[int, float]] = deque(maxlen=_EPISODES_KEPT)

    def append(self, step: int, episode_return: float) -> None:
        """Add the return of the episode that ended at `step`."""
        if math.isfinite(episode_return):
            self._kept.append((step, episode_return))
            self.mean = self._window.push(episode_return)

    def forget_after(self, step: int) -> None:
        """Drop the episodes that ended after `step`."""
        while self._kept and self._kept[-1][0] > step:
            self._kept.pop()
        self._window.clear()
        self.mean = None
        for _, episode_return in islice(self._kept, max(0, len(self._kept) - WINDOW), None):
            self.mean = self._window.push(episode_return)
