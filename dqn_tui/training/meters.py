"""The trainer's meters: time by phase, windows of episodes, statistics since the last progress event."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.agent import Update, UpdateStatistics
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.dqn.saved import LARGEST_COUNT, read_count
from dqn_tui.events import MOST_ACTION_SHARES, PHASES
from dqn_tui.work_clock import working_seconds

EPISODE_WINDOW = 100
QUANTILES = (10, 50, 90)
"""Percentiles of the absolute TD errors, as in `train/td_error_p50`."""


class PhaseClock:
    """Seconds spent in each phase; at most one phase runs at a time, and none during a pause.

    Time in which the process is stopped, as by ctrl+z, belongs to no phase.
    """

    def __init__(self) -> None:
        working_seconds.start()
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._phase: str | None = None
        self._since = 0.0

    def switch(self, phase: str | None) -> str | None:
        """End the running phase and begin another, or none; return the one that ended."""
        now = working_seconds()
        ended = self._phase
        if ended is not None:
            self.seconds[ended] += now - self._since
        self._phase = phase
        self._since = now
        return ended

    @property
    def total_seconds(self) -> float:
        """Seconds of work, without pauses and stops."""
        running = working_seconds() - self._since if self._phase is not None else 0.0
        return sum(self.seconds.values()) + running


class EpisodeWindow:
    """The last 100 training episodes, and the one place where their means are computed."""

    def __init__(self) -> None:
        self.returns: deque[float] = deque(maxlen=EPISODE_WINDOW)
        self.lengths: deque[int] = deque(maxlen=EPISODE_WINDOW)

    def add(self, episode_return: float, length: int) -> None:
        """Add an episode."""
        self.returns.append(episode_return)
        self.lengths.append(length)

    @property
    def mean_return(self) -> float | None:
        """Mean return; None before the first episode has ended."""
        return sum(self.returns) / len(self.returns) if self.returns else None

    def metrics(self) -> dict[str, float]:
        """Return the means under Stable-Baselines3's names; empty before the first episode has ended."""
        if self.mean_return is None:
            return {}
        return {
            "rollout/ep_rew_mean": self.mean_return,
            "rollout/ep_len_mean": sum(self.lengths) / len(self.lengths),
        }

    def get_state(self) -> dict[str, Any]:
        """Return the episodes in the window."""
        return {"returns": list(self.returns), "lengths": list(self.lengths)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `get_state`."""
        self.returns = deque(map(float, state["returns"]), maxlen=EPISODE_WINDOW)
        self.lengths = deque(map(int, state["lengths"]), maxlen=EPISODE_WINDOW)


class UpdateMeter:
    """Statistics of the updates since the last progress event: means over all, quantiles of the newest.

    Attributes:
        td_errors: absolute TD errors of the newest update since then, float32 [B], in units of the learned rewards;
            None where there was none.
    """

    def __init__(self, rewards: RewardTransform) -> None:
        self._rewards = rewards
        self._sums = [0.0] * len(UpdateStatistics._fields)
        self._count = 0
        self.td_errors: NDArray[np.float32] | None = None

    def add(self, update: Update) -> None:
        """Add an update."""
        self._sums = [total + value for total, value in zip(self._sums, update.statistics, strict=True)]
        self._count += 1
        self.td_errors = update.td_errors

    def metrics(self) -> dict[str, float]:
        """Return the statistics as metrics; empty where there was no update."""
        if not self._count:
            return {}
        names = UpdateStatistics._fields
        means = {f"train/{name}": total / self._count for name, total in zip(names, self._sums, strict=True)}
        return means if self.td_errors is None else means | self._measure_spread(self.td_errors)

    def reset(self) -> None:
        """Start anew, after a progress event."""
        self._sums = [0.0] * len(self._sums)
        self._count = 0
        self.td_errors = None

    def get_state(self) -> dict[str, Any]:
        """Return all that the next progress event depends on."""
        td_errors = None if self.td_errors is None else self.td_errors.tolist()
        return {"sums": self._sums, "count": self._count, "td_errors": td_errors}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `get_state`; old checkpoints have no `td_errors`.

        Raises:
            ValueError: a number is missing or out of range.
        """
        self._sums = _read_floats(state["sums"], len(self._sums))
        self._count = read_count(state, "count", LARGEST_COUNT)
        td_errors = state.get("td_errors")
        self.td_errors = None if td_errors is None else np.array(_read_floats(td_errors), np.float32)

    def _measure_spread(self, td_errors: NDArray[np.float32]) -> dict[str, float]:
        """Quantiles by nearest rank, in the environment's own reward units."""
        ordered = np.sort(self._rewards.original(td_errors))
        last = len(ordered) - 1
        return {f"train/td_error_p{percent}": ordered.item(round(percent / 100 * last)) for percent in QUANTILES}


class ActionMeter:
    """Counts of the actions taken since the last progress event."""

    def __init__(self, action_count: int) -> None:
        self._counts = [0] * action_count

    def add(self, actions: Iterable[int]) -> None:
        """Count the actions of one step of all environments."""
        for action in actions:
            self._counts[action] += 1

    def metrics(self) -> dict[str, float]:
        """Return each action's share, from 0 to 1; empty where no step was taken, or where there are many actions."""
        total = sum(self._counts)
        if not total or len(self._counts) > MOST_ACTION_SHARES:
            return {}
        return {f"rollout/action_share/{action}": count / total for action, count in enumerate(self._counts)}

    def reset(self) -> None:
        """Start anew, after a progress event."""
        self._counts = [0] * len(self._counts)

    def get_state(self) -> list[int]:
        """Return the counts."""
        return list(self._counts)

    def set_state(self, counts: Iterable[int]) -> None:
        """Restore the result of `get_state`.

        Raises:
            ValueError: there is not one count for each action.
        """
        read = [int(count) for count in counts]
        if len(read) != len(self._counts):
            raise ValueError(f"expected {len(self._counts)} counts of actions, got {len(read)}")
        self._counts = read


class RecentMeter:
    """Speed, and the share of each phase, over the last few seconds."""

    def __init__(self, window_seconds: float = 5.0) -> None:
        self._window_seconds = window_seconds
        self._marks: deque[tuple[float, int, dict[str, float]]] = deque()

    def measure(self, clock: PhaseClock, step: int) -> dict[str, float]:
        """Return `time/steps_per_second` and each phase's share of the time; empty before any time has passed."""
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


def _read_floats(values: Iterable[Any], count: int | None = None) -> list[float]:
    read = [float(value) for value in values]
    if count is not None and len(read) != count:
        raise ValueError(f"expected {count} numbers, got {len(read)}")
    return read
