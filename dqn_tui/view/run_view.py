"""The one place where events become state to show: the same for a live run, its journal and a finished run."""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, ClassVar

from dqn_tui import events
from dqn_tui.events import LARGEST_COUNT, PHASES, EndReason
from dqn_tui.view.cleaning import clean_event
from dqn_tui.view.episode_table import EpisodeRow, EpisodeTable
from dqn_tui.view.log_line import LogLine, describe
from dqn_tui.view.metric_series import MetricSeries
from dqn_tui.view.point_buffer import PointBuffer
from dqn_tui.view.points import EvaluationPoint, SavedCheckpoint, StartValue
from dqn_tui.view.rolling_mean import RollingMean
from dqn_tui.view.run_clock import RunClock
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.step_map import StepMap
from dqn_tui.view.x_scale import STEPS, XScale
from dqn_tui.view.x_unit import XUnit

RECENT_EPISODES = 100
_EVALUATIONS_KEPT = 500
_CHECKPOINTS_KEPT = 200
_LINES_KEPT = 500
_START_VALUES_KEPT = 500
# Far more than any version reports; a journal of endless new names must not fill the memory.
_METRICS_KEPT = 1_000
_END_STATES = {
    EndReason.COMPLETED: "DONE",
    EndReason.SOLVED: "DONE",
    EndReason.STOPPED: "DONE",
    EndReason.DIVERGED: "DIVERGED",
    EndReason.FAILED: "FAILED",
    EndReason.INTERRUPTED: "INTERRUPTED",
}
# They change nothing but counters and series.
_FREQUENT = (events.Progress, events.EpisodeEnded)
# They cut the series, which must be complete by then.
_CUTTING = (events.RunStarted, events.RunResumed)


class RunView:
    """All that is known of a run, from its events alone: it reads no clock and no file.

    Attributes:
        version: Grows with each event.
        run, env, seed, device, total_timesteps, learning_starts, buffer_size, actions, action_names, goal, preset,
            imports, config:
            As in `RunStarted`; `SettingChanged` updates them.
        step, episodes, updates: Counted from the start of the run.
        episode_table: All training episodes.
        metrics: The newest value of each metric of `Progress`.
        start_q: The highest Q-value of each episode's first observation, as in `start_values`.
        action_shares: Action index to the series of its share of the steps.
        evaluations, checkpoints, log, output, start_values: Bounded, newest last; `output` holds lines that the
            environment printed.
        output_count: Lines that it printed, those included that `output` has dropped.
        best_evaluation: The evaluation with the highest mean, whose weights are in `best/`.
        ended, failed: The event that ended the run.
        interrupted: The event that says that its process is gone, though the run has not ended.
    """

    def __init__(self) -> None:
        self.version = 0
        self.run = self.env = self.device = ""
        self.seed = self.total_timesteps = self.learning_starts = self.buffer_size = self.actions = 0
        self.goal: float | None = None
        self.preset: str | None = None
        self.imports: list[str] = []
        self.action_names: list[str] = []
        self.config: dict[str, Any] = {}
        self.step = self.episodes = self.updates = 0
        self.metrics: dict[str, float] = {}
        self.evaluations: list[EvaluationPoint] = []
        self.best_evaluation: EvaluationPoint | None = None
        self.checkpoints: list[SavedCheckpoint] = []
        self.log: deque[LogLine] = deque(maxlen=_LINES_KEPT)
        self.output: deque[str] = deque(maxlen=_LINES_KEPT)
        self.output_count = 0
        self.start_values: deque[StartValue] = deque(maxlen=_START_VALUES_KEPT)
        self._clock = RunClock()
        self._points = PointBuffer()
        self._is_started = self._has_learned = False
        self._make_series()
        self._restart()

    def _make_series(self) -> None:
        self.returns, self.lengths, self.start_q = SmoothedSeries(), SmoothedSeries(), Series()
        self.episode_table = EpisodeTable()
        self._recent_returns = RollingMean(RECENT_EPISODES)
        self._values_at: dict[XUnit, StepMap] = {unit: StepMap() for unit in XUnit if unit is not XUnit.STEP}
        self._series = MetricSeries()
        smoothed, plain = self._series.smoothed, self._series.plain
        self.loss, self.q_mean = smoothed["train/loss"], smoothed["train/q_mean"]
        self.target_mean, self.td_error = smoothed["train/target_mean"], plain["train/td_error"]
        self.td_error_p10, self.td_error_p50 = plain["train/td_error_p10"], plain["train/td_error_p50"]
        self.td_error_p90, self.grad_norm = plain["train/td_error_p90"], plain["train/grad_norm"]
        self.epsilon, self.buffer = plain["rollout/exploration_rate"], plain["replay/size"]
        self.speed = plain["time/steps_per_second"]
        self.cpu, self.memory, self.disk_free = (
            plain[f"system/{name}"] for name in ("cpu_percent", "memory_bytes", "disk_free_bytes")
        )
        self.gpu, self.gpu_memory = plain["system/gpu_percent"], plain["system/gpu_memory_bytes"]
        self.action_shares = self._series.action_shares

    def _restart(self) -> None:
        """Reset what describes the running trainer, which begins at the first step or at a checkpoint."""
        self.is_paused = self._is_saving = self._is_evaluating = self._is_stopping = False
        self._is_evaluation_held = False
        self.ended: events.RunEnded | None = None
        self.failed: events.RunFailed | None = None
        self.interrupted: events.RunInterrupted | None = None

    def stand_by(self) -> None:
        """Wait for the run to resume: all events so far are its past, and the clock stops."""
        self._is_started = False
        self._clock.is_ticking = False

    def apply(self, event: events.Event) -> LogLine | None:
        """Apply one event, whatever came before it; return its line of the log, if it has one."""
        line = self._apply(event)
        self._points.flush()
        return line

    def apply_all(self, batch: Iterable[events.Event]) -> None:
        """Apply events, oldest first, with the result of `apply` for each, but faster where there are many."""
        for event in batch:
            if type(event) in _CUTTING:
                self._points.flush()
            self._apply(event)
        self._points.flush()

    def _apply(self, event: events.Event) -> LogLine | None:
        """Apply one event; the points of a frequent one are only held back."""
        event = clean_event(event)
        self.version += 1
        self._clock.advance(event.time)
        if not self._is_started and not isinstance(event, events.WarningRaised):
            self._is_started = True
            self._clock.start(event.time)
        if self.interrupted is not None:
            # It is alive after all.
            self.interrupted = None
            self._clock.start(event.time)
        self.step = event.step
        line = None if type(event) in _FREQUENT else self._describe(event)
        handle = self._HANDLERS.get(type(event))
        if handle:
            handle(self, event)
        if line:
            self.log.append(line)
        return line

    def _describe(self, event: events.Event) -> LogLine | None:
        """Return the line of the log; of all output, only the first has one."""
        return None if self.output_count and isinstance(event, events.OutputWritten) else describe(event)

    # --- one method for each event that changes more than the step ---

    def _on_run_started(self, event: events.RunStarted) -> None:
        if self.run:
            # Read from its start once more: its journal was replaced.
            self._forget_all()
        for name in (
            "run", "env", "seed", "device", "total_timesteps", "learning_starts", "buffer_size", "actions",
            "action_names", "goal", "preset", "imports", "config",
        ):  # fmt: skip
            setattr(self, name, getattr(event, name))
        self._restart()
        self._clock.start(event.time)

    def _on_run_resumed(self, event: events.RunResumed) -> None:
        self._restart()
        self._clock.start(event.time)
        self._has_learned = event.step >= self.learning_starts
        self._forget_after(event.step)

    def _forget_all(self) -> None:
        self._make_series()
        self.metrics, self.evaluations, self.best_evaluation, self.checkpoints = {}, [], None, []
        self.episodes = self.updates = self.output_count = 0
        for lines in (self.log, self.output, self.start_values):
            lines.clear()
        self._has_learned = False
        self._clock = RunClock()

    def _forget_after(self, step: int) -> None:
        for series in (
            self.returns, self.lengths, self.start_q, self._series, self._recent_returns, self.episode_table
        ):  # fmt: skip
            series.forget_after(step)
        for values in self._values_at.values():
            values.forget_after(step)
        self.evaluations = [point for point in self.evaluations if point.step <= step]
        self.checkpoints = [item for item in self.checkpoints if item.step <= step]
        while self.start_values and self.start_values[-1].step > step:
            self.start_values.pop()
        if self.best_evaluation is not None and self.best_evaluation.step > step:
            self.best_evaluation = next((point for point in reversed(self.evaluations) if point.is_best), None)

    def _on_setting_changed(self, event: events.SettingChanged) -> None:
        self.config = self.config | {event.key: event.new}
        if event.key in ("total_timesteps", "learning_starts") and _is_count(event.new):
            setattr(self, event.key, event.new)
        elif event.key == "goal" and isinstance(event.new, int | float) and abs(event.new) <= sys.float_info.max:
            self.goal = float(event.new)

    def _on_learning_started(self, _: events.LearningStarted) -> None:
        self._has_learned = True

    def _on_progress(self, event: events.Progress) -> None:
        self.metrics.update(event.metrics)
        if len(self.metrics) > _METRICS_KEPT:
            self.metrics = dict(islice(event.metrics.items(), _METRICS_KEPT))
        by_name = self._series.by_name
        for name, value in event.metrics.items():
            if (series := by_name[name]) is not None:
                self._points.add(series, event.step, value)
        updates = event.metrics.get("train/n_updates", math.nan)
        if 0 <= updates <= LARGEST_COUNT:
            self.updates = int(updates)
            self._has_learned = self._has_learned or updates > 0
            self._values_at[XUnit.UPDATE].append(event.step, updates)
        self._clock.set(event.metrics.get("time/time_elapsed", math.nan))
        self._values_at[XUnit.SECOND].append(event.step, self._clock.elapsed(event.time))

    def _on_episode_ended(self, event: events.EpisodeEnded) -> None:
        self.episodes = event.episode
        self._values_at[XUnit.EPISODE].append(event.step, event.episode)
        self._points.add(self.returns, event.step, event.episode_return)
        self._points.add(self.lengths, event.step, event.length)
        self._recent_returns.append(event.step, event.episode_return)
        epsilon = self.metrics.get("rollout/exploration_rate")
        self.episode_table.append(EpisodeRow(event.episode, event.episode_return, event.length, event.step, epsilon))
        if event.start_q is not None and event.discounted_return is not None:
            self.start_values.append(StartValue(event.step, event.start_q, event.discounted_return))
            self._points.add(self.start_q, event.step, event.start_q)

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

    def _on_save_failed(self, _: events.SaveFailed) -> None:
        self._is_saving = False

    def _on_output_written(self, event: events.OutputWritten) -> None:
        lines = event.text.splitlines()
        self.output_count += len(lines) + event.dropped
        self.output.extend(lines)
        if event.dropped:
            self.output.append(f"… {event.dropped:,} more lines in output.log")

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
        ends = {XUnit.SECOND: event.wall_seconds, XUnit.EPISODE: event.episodes, XUnit.UPDATE: event.updates}
        for unit, value in ends.items():
            self._values_at[unit].append(event.step, value)

    def _on_run_failed(self, event: events.RunFailed) -> None:
        self.failed = event
        self._clock.is_ticking = False

    def _on_run_interrupted(self, event: events.RunInterrupted) -> None:
        self.interrupted = event
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
        events.SaveFailed: _on_save_failed,
        events.OutputWritten: _on_output_written,
        events.Paused: _on_paused,
        events.Resumed: _on_resumed,
        events.StopRequested: _on_stop_requested,
        events.RunEnded: _on_run_ended,
        events.RunFailed: _on_run_failed,
        events.RunInterrupted: _on_run_interrupted,
    }

    # --- derived values ---

    @property
    def state(self) -> str:
        """One of WAITING, WARM-UP, RUNNING, PAUSED, SAVING, EVALUATING, STOPPING, and of the words in `_END_STATES`."""
        if self.end_reason is not None:
            return _END_STATES[self.end_reason]
        if not self._is_started:
            return "WAITING"
        for is_current, word in (
            (self._is_stopping, "STOPPING"),
            (self._is_saving, "SAVING"),
            (self._is_evaluating and not self._is_evaluation_held, "EVALUATING"),
            (self.is_paused, "PAUSED"),
            (self._has_learned or self.step > self.learning_starts, "RUNNING"),
        ):
            if is_current:
                return word
        return "WARM-UP"

    @property
    def end_reason(self) -> EndReason | None:
        """Why the run ended; None while it has not ended."""
        if self.failed is not None:
            return EndReason.FAILED
        if self.ended is not None:
            return EndReason(self.ended.reason)
        return EndReason.INTERRUPTED if self.interrupted is not None else None

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self.end_reason is not None

    @property
    def cause(self) -> str | None:
        """Which number was not finite, in one line, if the run diverged and its last event says so."""
        return self.ended.cause if self.end_reason is EndReason.DIVERGED and self.ended else None

    @property
    def fraction(self) -> float:
        """Share of the steps done, from 0 to 1."""
        return min(1.0, max(0.0, self.step / self.total_timesteps)) if self.total_timesteps > 0 else 0.0

    @property
    def steps_per_second(self) -> float | None:
        """The trainer's latest measurement: the recent speed if it reports one, else the average; None if unknown."""
        average = self.metrics.get("time/fps", math.nan)
        recent = self.metrics.get("time/steps_per_second", average)
        speed = self.ended.steps_per_second if self.ended else recent
        return speed if math.isfinite(speed) else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds of work left at the current speed; None while unknown and once the run is over."""
        speed = self.steps_per_second
        if self.is_over or not speed or speed < 0 or self.total_timesteps <= 0:
            return None
        return max(0, self.total_timesteps - self.step) / speed

    def elapsed_seconds(self, now: float) -> float:
        """Return the seconds of work until `now` (UTC seconds), without pauses."""
        return self._clock.elapsed(now)

    def x_scale(self, unit: XUnit) -> XScale:
        """Return where each step is on an x axis of that unit."""
        return STEPS if unit is XUnit.STEP else self._values_at[unit].scale(unit)

    def leave_out(self, seconds: float) -> None:
        """Exclude `seconds` since the last event, in which the process was stopped."""
        self._clock.leave_out(seconds)

    @property
    def phases(self) -> dict[str, float]:
        """Share of the time spent in each of `PHASES`, as far as reported."""
        shares = {name: self.metrics.get(f"time/{name}_fraction") for name in PHASES}
        return {name: share for name, share in shares.items() if share is not None}

    @property
    def last_return(self) -> float | None:
        """Return of the newest training episode."""
        return self.returns.last

    @property
    def last_length(self) -> float | None:
        """Length of the newest training episode, in steps."""
        return self.lengths.last

    @property
    def mean_return_100(self) -> float | None:
        """Mean return of the last 100 training episodes, of all while there are fewer."""
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


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_COUNT
