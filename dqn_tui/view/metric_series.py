"""The series of a run's metrics, by metric name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dqn_tui.events import MOST_ACTION_SHARES
from dqn_tui.view.series import Series, SmoothedSeries

_SMOOTHED = ("train/loss", "train/q_mean", "train/target_mean")
_PLAIN = (
    "train/td_error", "train/td_error_p10", "train/td_error_p50", "train/td_error_p90",
    "train/grad_norm", "rollout/exploration_rate", "replay/size", "time/steps_per_second",
    "system/cpu_percent", "system/memory_bytes", "system/disk_free_bytes",
    "system/gpu_percent", "system/gpu_memory_bytes",
)  # fmt: skip
_ACTION_SHARE = re.compile(r"rollout/action_share/(\d{1,2})")
# More names than any version reports.
_NAMES_KEPT = 1_000


class MetricSeries:
    """A bounded series for each metric that is drawn; other metrics are ignored.

    Attributes:
        smoothed: Metric name to series, for noisy metrics.
        plain: Metric name to series, for all others.
        by_name: The same as `find`, as a mapping that remembers what it found.
        action_shares: Action index to the share of steps in which it was taken, 0 to 1; at most `MOST_ACTION_SHARES`.
    """

    def __init__(self) -> None:
        self.smoothed = {name: SmoothedSeries() for name in _SMOOTHED}
        self.plain = {name: Series() for name in _PLAIN}
        self.action_shares: dict[int, Series] = {}
        self.by_name = _SeriesByName(self)

    def find(self, name: str) -> Series | None:
        """Return the series of a metric; None where it is not drawn."""
        return self.plain.get(name) or self.smoothed.get(name) or self._share(name)

    def forget_after(self, step: int) -> None:
        """Drop everything after a step: the run went back to it."""
        for series in self._all():
            series.forget_after(step)

    def _share(self, name: str) -> Series | None:
        match = _ACTION_SHARE.fullmatch(name)
        if match is None or int(match[1]) >= MOST_ACTION_SHARES:
            return None
        return self.action_shares.setdefault(int(match[1]), Series())

    def _all(self) -> Iterator[Series]:
        yield from self.smoothed.values()
        yield from self.plain.values()
        yield from self.action_shares.values()


class _SeriesByName(dict[str, Series | None]):
    """What `MetricSeries.find` returns for each name that was looked up: an event has dozens of them."""

    def __init__(self, metrics: MetricSeries) -> None:
        super().__init__()
        self._metrics = metrics

    def __missing__(self, name: str) -> Series | None:
        found = self._metrics.find(name)
        if len(self) < _NAMES_KEPT:
            self[name] = found
        return found
