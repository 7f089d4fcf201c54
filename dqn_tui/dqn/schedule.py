"""Values that change over a run: pure functions of the step."""

from __future__ import annotations

from dataclasses import dataclass

from dqn_tui.config import LINEAR_PREFIX


@dataclass(frozen=True)
class LinearSchedule:
    """From `initial` at step 0 to `final` at step `duration`, and `final` from there on."""

    initial: float
    final: float
    duration: float

    def __call__(self, step: int) -> float:
        """The value at environment step `step`."""
        if step >= self.duration:
            return self.final
        return self.initial + (self.final - self.initial) * (step / self.duration)


def make_learning_rate(setting: float | str, total_timesteps: int) -> LinearSchedule:
    """`1e-3` is constant; `"lin_1e-3"`, as the RL Zoo writes it, falls to 0 at the end of the run."""
    if isinstance(setting, str):
        return LinearSchedule(float(setting.removeprefix(LINEAR_PREFIX)), 0.0, total_timesteps)
    return LinearSchedule(setting, setting, 0)


def count_multiples(interval: int, before: int, after: int) -> int:
    """How many multiples of `interval` lie in (before, after]."""
    return after // interval - before // interval
