"""Schedules: values that are pure functions of the environment step."""

from __future__ import annotations

from dataclasses import dataclass

from dqn_tui.config import LINEAR_PREFIX


@dataclass(frozen=True)
class LinearSchedule:
    """A line from `initial` at step 0 to `final` at step `duration`, and `final` after that."""

    initial: float
    final: float
    duration: float

    def __call__(self, step: int) -> float:
        """Return the value at environment step `step`."""
        if step >= self.duration:
            return self.final
        return self.initial + (self.final - self.initial) * (step / self.duration)


def make_learning_rate(setting: float | str, total_timesteps: int) -> LinearSchedule:
    """Return the schedule: `1e-3` is constant; `"lin_1e-3"`, the RL Zoo's notation, decays to 0 over the run."""
    if isinstance(setting, str):
        return LinearSchedule(float(setting.removeprefix(LINEAR_PREFIX)), 0.0, total_timesteps)
    return LinearSchedule(setting, setting, 0)


def count_multiples(interval: int, before: int, after: int) -> int:
    """Return the number of multiples of `interval` in (before, after]."""
    return after // interval - before // interval
