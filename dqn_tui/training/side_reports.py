"""What other threads have to report: warnings and measurements, on their way to the event stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

_MOST_WARNINGS = 20


class SideReports:
    """A bounded mailbox that the trainer empties with its next progress; nobody ever waits for it."""

    def __init__(self) -> None:
        self._warnings: deque[str] = deque(maxlen=_MOST_WARNINGS)
        self._metrics: Mapping[str, float] = {}

    def warn(self, message: str) -> None:
        """Hand over a warning in one line; callable from any thread."""
        self._warnings.append(message)

    def set_metrics(self, metrics: Mapping[str, float]) -> None:
        """Replace the measurements that were not taken yet; callable from any thread."""
        self._metrics = metrics

    def take_warnings(self) -> list[str]:
        """Return the warnings since the last call, oldest first."""
        taken = []
        while self._warnings:
            taken.append(self._warnings.popleft())
        return taken

    def take_metrics(self) -> Mapping[str, float]:
        """Return the newest measurements, each once; empty where there are no new ones."""
        metrics, self._metrics = self._metrics, {}
        return metrics
