"""The time that a run has worked, pauses left out."""

from __future__ import annotations

import math


class RunClock:
    """A stopwatch that is told the time and never asks for it.

    Attributes:
        is_ticking: whether the run works.
        seen: UTC seconds of the last time it was told.
    """

    def __init__(self) -> None:
        self.is_ticking = False
        self.seen = -math.inf
        self._seconds = 0.0

    def advance(self, now: float) -> None:
        """It is `now`; a clock that was set back counts as standing still."""
        self._seconds = self.elapsed(now)
        self.seen = max(self.seen, now) if math.isfinite(now) else self.seen

    def start(self, now: float) -> None:
        """Work goes on from `now`; the time since it stopped is not counted."""
        self.is_ticking = False
        self.advance(now)
        self.is_ticking = True

    def leave_out(self, seconds: float) -> None:
        """So long the process was stopped since the clock was last told the time."""
        if self.is_ticking and math.isfinite(seconds) and seconds > 0:
            self.seen += seconds

    def set(self, seconds: float) -> None:
        """The run itself said how long it has worked; where it does not know, the count stays."""
        if math.isfinite(seconds) and seconds >= 0:
            self._seconds = seconds

    def elapsed(self, now: float) -> float:
        """Seconds of work until `now`."""
        since = now - self.seen if self.is_ticking else 0.0
        return self._seconds + (since if math.isfinite(since) and since > 0 else 0.0)
