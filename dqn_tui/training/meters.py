"""What the trainer measures of itself: time by phase, windows of episodes, means between two progress events."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from dqn_tui.dqn.agent import UpdateStatistics
from dqn_tui.events import PHASES
from dqn_tui.training.work_clock import working_seconds

EPISODE_WINDOW = 100


class PhaseClock:
    """Seconds spent in each phase; exactly one phase runs at a time, and none while the clock stands.

    The time in which the process is stopped, as by ctrl+z, belongs to no phase.
    """

    def __init__(self) -> None:
        working_seconds.start()
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._phase: str | None = None
        self._since = 0.0

    def switch(self, phase: str | None) -> str | None:
        """End the running phase and begin another, or none; returns the one that ended."""
        now = working_seconds()
        ended = self._phase
        if ended is not None:
            self.seconds[ended] += now - self._since
        self._phase = phase
        self._since = now
        return ended

    @property
    def total_seconds(self) -> float:
        """Time that counts: pauses and stops do not."""
        running = working_seconds() - self._since if self._phase is not None else 0.0
        return sum(self.seconds.values()) + running


class EpisodeWindow:
    """Means over the last 100 training episodes."""

    def __init__(self) -> None:
        self.returns: deque[float] = deque(maxlen=EPISODE_WINDOW)
        self.lengths: deque[int] = deque(maxlen=EPISODE_WINDOW)

    def add(self, episode_return: float, length: int) -> None:
        """Take an episode in."""
        self.returns.append(episode_return)
        self.lengths.append(length)

    @property
    def mean_return(self) -> float | None:
        """None before the first episode ended."""
        return sum(self.returns) / len(self.returns) if self.returns else None

    def get_state(self) -> dict[str, Any]:
        """The episodes in the window."""
        return {"returns": list(self.returns), "lengths": list(self.lengths)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take in what `get_state` gave."""
        self.returns = deque(map(float, state["returns"]), maxlen=EPISODE_WINDOW)
        self.lengths = deque(map(int, state["lengths"]), maxlen=EPISODE_WINDOW)

    def metrics(self) -> dict[str, float]:
        """Under Stable-Baselines3's names; empty before the first episode ended."""
        if self.mean_return is None:
            return {}
        return {
            "rollout/ep_rew_mean": self.mean_return,
            "rollout/ep_len_mean": sum(self.lengths) / len(self.lengths),
        }


class UpdateMeter:
    """Means of the update statistics since the last progress event."""

    def __init__(self) -> None:
        self._sums = [0.0] * len(UpdateStatistics._fields)
        self._count = 0

    def add(self, statistics: UpdateStatistics) -> None:
        """Take an update in."""
        self._sums = [total + value for total, value in zip(self._sums, statistics, strict=True)]
        self._count += 1

    def take(self) -> dict[str, float]:
        """The means as metrics, and start anew; empty where there was no update."""
        if not self._count:
            return {}
        names = UpdateStatistics._fields
        means = {f"train/{name}": total / self._count for name, total in zip(names, self._sums, strict=True)}
        self._sums = [0.0] * len(names)
        self._count = 0
        return means

    def get_state(self) -> dict[str, Any]:
        """What the next means depend on."""
        return {"sums": self._sums, "count": self._count}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take in what `get_state` gave."""
        self._sums = [float(total) for total in state["sums"]]
        self._count = int(state["count"])


class RecentMeter:
    """Speed, and where the time goes, over the last few seconds."""

    def __init__(self, window_seconds: float = 5.0) -> None:
        self._window_seconds = window_seconds
        self._marks: deque[tuple[float, int, dict[str, float]]] = deque()

    def measure(self, clock: PhaseClock, step: int) -> dict[str, float]:
        """`time/steps_per_second`, and each phase's share of the time; empty until any time has passed."""
        now = clock.total_seconds
        self._marks.append((now, step, dict(clock.seconds)))
        while len(self._marks) > 2 and now - self._marks[1][0] >= self._window_seconds:
            self._marks.popleft()
        start, start_step, start_seconds = self._marks[0]
        passed = now - start
        if passed <= 0:
            return {}
        shares = {f"time/{phase}_fraction": (clock.seconds[phase] - start_seconds[phase]) / passed for phase in PHASES}
        return {"time/steps_per_second": (step - start_step) / passed} | shares
