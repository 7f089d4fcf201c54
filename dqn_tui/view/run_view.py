"""The one place where events become what is shown: the same for a live run, a journal and a finished run."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from dqn_tui import events
from dqn_tui.view.checked import checked
from dqn_tui.view.log_line import LogLine, describe
from dqn_tui.view.rolling_mean import RollingMean
from dqn_tui.view.run_clock import RunClock
from dqn_tui.view.series import Series, SmoothedSeries

_EVALUATIONS_KEPT = 500
_CHECKPOINTS_KEPT = 200
_LINES_KEPT = 500


@dataclass(frozen=True)
class EvaluationPoint:
    """Greedy episodes at a step: mean and standard deviation of their returns."""

    step: int
    mean: float
    std: float
    episodes: int
    is_best: bool


@dataclass(frozen=True)
class SavedCheckpoint:
    """A checkpoint on disk, saved at UTC second `time`."""

    path: str
    step: int
    size_bytes: int
    reason: str
    eval_mean: float | None
    time: float = 0.0
    seconds: float = 0.0


class RunView:
    """What is known of a run. Feed it events; it asks nobody and knows no clock.

    Attributes:
        version: grows with each event.
        run, env, seed, device, total_timesteps, learning_starts, buffer_size, actions, goal, config: as in
            `RunStarted`.
        step, episodes, updates: counted from the start of the run.
        metrics: the newest of each metric of `Progress`.
        evaluations, checkpoints, log: bounded, newest last.
        ended, failed: the event that ended the run.
    """

    def __init__(self) -> None:
        self.version = 0
        self.run = self.env = self.device = ""
        self.seed = self.total_timesteps = self.learning_starts = self.buffer_size = self.actions = 0
        self.goal: float | None = None
        self.config: dict[str, Any] = {}
        self.step = self.episodes = self.updates = 0
        self.returns, self.lengths, self.loss, self.q_mean = (SmoothedSeries() for _ in range(4))
        self._recent_returns = RollingMean(100)
        self.epsilon, self.buffer, self.target_mean, self.td_error, self.grad_norm, self.speed = (
            Series() for _ in range(6)
        )
        self._series_of: dict[str, Series] = {
            "train/loss": self.loss,
            "train/q_mean": self.q_mean,
            "train/target_mean": self.target_mean,
            "train/td_error": self.td_error,
            "train/grad_norm": self.grad_norm,
            "rollout/exploration_rate": self.epsilon,
            "replay/size": self.buffer,
            "time/steps_per_second": self.speed,
        }
        self.metrics: dict[str, float] = {}
        self.evaluations: list[EvaluationPoint] = []
        self.best_evaluation: EvaluationPoint | None = None
        self.checkpoints: list[SavedCheckpoint] = []
        self.log: deque[LogLine] = deque(maxlen=_LINES_KEPT)
        self._clock = RunClock()
        self._is_started = self._has_learned = False
        self._restart()

    def _restart(self) -> None:
        """The trainer begins anew, from the first step or from a checkpoint."""
        self.is_paused = self._is_saving = self._is_evaluating = self._is_stopping = False
        self._is_evaluation_held = False
        self.ended: events.RunEnded | None = None
        self.failed: events.RunFailed | None = None

    def stand_by(self) -> None:
        """What was told is the past of a run that is about to go on: it waits, and its clock stands."""
        self._is_started = False
        self._clock.is_ticking = False

    def apply(self, event: events.Event) -> LogLine | None:
        """Take in one event, whatever came before it; returns its line of the log, if it has one."""
        event = checked(event)
        self.version += 1
        self._clock.advance(event.time)
        if not self._is_started and not isinstance(event, events.WarningRaised):
            self._is_started = True
            self._clock.start(event.time)
        self.step = event.step
        handle = self._HANDLERS.get(type(event))
        if handle:
            handle(self, event)
        line = describe(event)
        if line:
            self.log.append(line)
        return line

    # --- one method for each event that changes more than the step ---

    def _on_run_started(self, event: events.RunStarted) -> None:
        for name in ("run", "env", "seed", "device", "total_timesteps", "learning_starts"):
            setattr(self, name, getattr(event, name))
        self.buffer_size, self.actions, self.goal = event.buffer_size, event.actions, event.goal
        self.config = event.config
        self._restart()
        self._clock.start(event.time)

    def _on_run_resumed(self, event: events.RunResumed) -> None:
        self._restart()
        self._clock.start(event.time)
        self._has_learned = event.step >= self.learning_starts
        for series in (self.returns, self.lengths, *self._series_of.values()):
            series.forget_after(event.step)
        self._recent_returns.forget_after(event.step)
        self.evaluations = [point for point in self.evaluations if point.step <= event.step]
        bests = [point for point in self.evaluations if point.is_best]
        self.best_evaluation = bests[-1] if bests else None

    def _on_setting_changed(self, event: events.SettingChanged) -> None:
        self.config = self.config | {event.key: event.new}
        if event.key == "total_timesteps" and type(event.new) is int:
            self.total_timesteps = event.new
        elif event.key == "learning_starts" and type(event.new) is int:
            self.learning_starts = event.new
        elif event.key == "goal" and isinstance(event.new, int | float):
            self.goal = float(event.new)

    def _on_learning_started(self, _: events.LearningStarted) -> None:
        self._has_learned = True

    def _on_progress(self, event: events.Progress) -> None:
        self.metrics.update(event.metrics)
        for name, series in self._series_of.items():
            if name in event.metrics:
                series.append(event.step, event.metrics[name])
        updates = event.metrics.get("train/n_updates", math.nan)
        if math.isfinite(updates):
            self.updates = int(updates)
            self._has_learned = self._has_learned or updates > 0
        self._clock.set(event.metrics.get("time/time_elapsed", math.nan))

    def _on_episode_ended(self, event: events.EpisodeEnded) -> None:
        self.episodes = event.episode
        self.returns.append(event.step, event.episode_return)
        self._recent_returns.append(event.step, event.episode_return)
        self.lengths.append(event.step, event.length)

    def _on_evaluation_started(self, _: events.EvaluationStarted) -> None:
        self._is_evaluating = True

    def _on_evaluated(self, event: events.Evaluated) -> None:
        self._is_evaluating = False
        point = EvaluationPoint(event.step, event.mean, event.std, event.episodes, event.is_best)
        self.evaluations = [*self.evaluations[1 - _EVALUATIONS_KEPT :], point]
        if event.is_best:
            self.best_evaluation = point

    def _on_save_started(self, _: events.SaveStarted) -> None:
        self._is_saving = True

    def _on_checkpoint_saved(self, event: events.CheckpointSaved) -> None:
        self._is_saving = False
        checkpoint = SavedCheckpoint(
            event.path, event.step, event.size_bytes, event.reason, event.eval_mean, event.time, event.seconds
        )
        self.checkpoints = [*self.checkpoints[1 - _CHECKPOINTS_KEPT :], checkpoint]

    def _on_warning(self, _: events.WarningRaised) -> None:
        self._is_saving = False

    def _on_paused(self, _: events.Paused) -> None:
        self.is_paused = True
        self._is_evaluation_held = self._is_evaluating
        self._clock.is_ticking = False

    def _on_resumed(self, event: events.Resumed) -> None:
        self.is_paused = self._is_evaluation_held = False
        self._clock.start(event.time)

    def _on_stop_requested(self, _: events.StopRequested) -> None:
        self._is_stopping = True

    def _on_run_ended(self, event: events.RunEnded) -> None:
        self.ended, self.episodes, self.updates = event, event.episodes, event.updates
        self._clock.is_ticking = False
        self._clock.set(event.wall_seconds)

    def _on_run_failed(self, event: events.RunFailed) -> None:
        self.failed = event
        self._clock.is_ticking = False

    _HANDLERS: ClassVar[dict[type[events.Event], Callable[[Any, Any], None]]] = {
        events.RunStarted: _on_run_started,
        events.RunResumed: _on_run_resumed,
        events.SettingChanged: _on_setting_changed,
        events.LearningStarted: _on_learning_started,
        events.Progress: _on_progress,
        events.EpisodeEnded: _on_episode_ended,
        events.EvaluationStarted: _on_evaluation_started,
        events.Evaluated: _on_evaluated,
        events.SaveStarted: _on_save_started,
        events.CheckpointSaved: _on_checkpoint_saved,
        events.WarningRaised: _on_warning,
        events.Paused: _on_paused,
        events.Resumed: _on_resumed,
        events.StopRequested: _on_stop_requested,
        events.RunEnded: _on_run_ended,
        events.RunFailed: _on_run_failed,
    }

    # --- what follows from it ---

    @property
    def state(self) -> str:
        """WAITING, WARM-UP, RUNNING, PAUSED, SAVING, EVALUATING, STOPPING, DONE, DIVERGED or FAILED."""
        if self.failed:
            return "FAILED"
        if self.ended:
            return "DIVERGED" if self.ended.reason == "diverged" else "DONE"
        if not self._is_started:
            return "WAITING"
        for is_so, word in (
            (self._is_stopping, "STOPPING"),
            (self._is_saving, "SAVING"),
            (self._is_evaluating and not self._is_evaluation_held, "EVALUATING"),
            (self.is_paused, "PAUSED"),
            (self._has_learned or self.step > self.learning_starts, "RUNNING"),
        ):
            if is_so:
                return word
        return "WARM-UP"

    @property
    def is_over(self) -> bool:
        """Whether no more is to come."""
        return self.ended is not None or self.failed is not None

    @property
    def fraction(self) -> float:
        """Share of the steps done, from 0 to 1."""
        return min(1.0, max(0.0, self.step / self.total_timesteps)) if self.total_timesteps > 0 else 0.0

    @property
    def steps_per_second(self) -> float | None:
        """As the trainer measured it last: recent where it says so, else the average; None while unknown."""
        average = self.metrics.get("time/fps", math.nan)
        recent = self.metrics.get("time/steps_per_second", average)
        speed = self.ended.steps_per_second if self.ended else recent
        return speed if math.isfinite(speed) else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds of work that remain at this speed; None while unknown, and when the run is over."""
        speed = self.steps_per_second
        if self.is_over or not speed or speed < 0 or self.total_timesteps <= 0:
            return None
        return max(0, self.total_timesteps - self.step) / speed

    def elapsed_seconds(self, now: float) -> float:
        """Seconds of work until `now` (UTC seconds), without pauses."""
        return self._clock.elapsed(now)

    def leave_out(self, seconds: float) -> None:
        """The process was stopped for so long since the last event: that was no work."""
        self._clock.leave_out(seconds)

    @property
    def phases(self) -> dict[str, float]:
        """Shares of the time: environment, acting, sampling, learning, evaluation, other."""
        return {
            name.removeprefix("time/").removesuffix("_fraction"): value
            for name, value in self.metrics.items()
            if name.startswith("time/") and name.endswith("_fraction")
        }

    @property
    def last_return(self) -> float | None:
        """Return of the newest training episode."""
        return self.returns.last

    @property
    def last_length(self) -> float | None:
        """Steps of the newest training episode."""
        return self.lengths.last

    @property
    def mean_return_100(self) -> float | None:
        """Mean return of the last 100 training episodes."""
        return self._recent_returns.mean

    @property
    def best_return(self) -> float | None:
        """The highest return of a training episode."""
        return self.returns.maximum

    @property
    def last_evaluation(self) -> EvaluationPoint | None:
        """The newest evaluation."""
        return self.evaluations[-1] if self.evaluations else None

    @property
    def last_saved(self) -> SavedCheckpoint | None:
        """The newest checkpoint."""
        return self.checkpoints[-1] if self.checkpoints else None
