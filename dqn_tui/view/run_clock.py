"""The working time of a run, pauses excluded."""

from __future__ import annotations

import math


class RunClock:
    """A stopwatch driven by the times of events; it never reads a clock.

    Attributes:
        is_ticking: Whether the run is working.
        seen: The latest time seen, in UTC seconds.
    """

    def __init__(self) -> None:
        self.is_ticking = False
        self.seen = -math.inf
        self._seconds = 0.0

    def advance(self, now: float) -> None:
        """Set the time to `now`; a time before the latest one adds nothing."""
        self._seconds = self.elapsed(now)
        self.seen = max(self.seen, now) if math.isfinite(now) else self.seen

    def start(self, now: float) -> None:
        """Start or restart at `now`, without counting the time since it stopped."""
        self.is_ticking = False
        self.advance(now)
        self.is_ticking = True

    def leave_out(self, seconds: float) -> None:
        """Exclude `seconds` since the latest time, in which the process was stopped."""
        if self.is_ticking and math.isfinite(seconds) and seconds > 0:
            self.seen += seconds

    def set(self, seconds: float) -> None:
        """Set the elapsed time to the run's own measurement; ignore one that is not finite or negative."""
        if math.isfinite(seconds) and seconds >= 0:
            self._seconds = seconds

    def elapsed(self, now: float) -> float:
        """Return the seconds of work until `now`."""
        since = now - self.seen if self.is_ticking else 0.0
        return self._seconds + (since if math.isfinite(since) and since > 0 else 0.0)
