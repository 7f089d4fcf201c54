"""Reports on a run: its start, its episodes, its progress, its end."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.dqn.agent import Update, weights_sha256
from dqn_tui.dqn.sizes import estimate_replay_bytes
from dqn_tui.envs.environment import EnvironmentSpec
from dqn_tui.events import EndReason
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.cautions import Cautions
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.episodes import EndedEpisode
from dqn_tui.training.learner import Learner, StepsTaken, measure_progress
from dqn_tui.training.meters import ActionMeter, EpisodeWindow, PhaseClock, RecentMeter, UpdateMeter
from dqn_tui.training.output import OutputInbox
from dqn_tui.training.side_reports import SideReports


class Reporter:
    """Turns what the learner and the clock show into events, and changes neither.

    Args:
        config: the run's settings.
        folder: the run folder, for the first event.
        learner: read for each report.
        clock: read for each report.
        emit: emits the events.
        output: lines that the environment printed.
        side: reports of other threads.
    """

    def __init__(
        self,
        config: Config,
        folder: RunFolder,
        learner: Learner,
        clock: PhaseClock,
        emit: Emitter,
        output: OutputInbox,
        side: SideReports,
    ) -> None:
        self._config = config
        self._folder = folder
        self._learner = learner
        self._clock = clock
        self._emit = emit
        self._output = output
        self._side = side
        self._recent = RecentMeter()
        self._window = EpisodeWindow()
        self._updates = UpdateMeter(learner.agent.rewards)
        self._actions = ActionMeter(learner.agent.spaces.action_count)
        self._cautions = Cautions(config)

    def report_start(
        self, goal: float | None, environment: EnvironmentSpec, preset: str | None, imports: Sequence[str]
    ) -> None:
        """Report a run that begins at its first step."""
        config, spaces = self._config, self._learner.agent.spaces
        self._emit(
            events.RunStarted,
            run=str(self._folder.path),
            env=config.env,
            seed=config.seed,
            device=str(self._learner.agent.device),
            total_timesteps=config.total_timesteps,
            learning_starts=config.learning_starts,
            buffer_size=config.buffer_size,
            actions=spaces.action_count,
            action_names=list(environment.action_names),
            goal=goal,
            replay_bytes=estimate_replay_bytes(config, spaces),
            preset=preset,
            imports=list(imports),
            config=config.model_dump(mode="json"),
        )
        for message in (*environment.remarks, *self._cautions.find_at_start()):
            self._emit(events.WarningRaised, message=message)

    def report_resumption(self, checkpoint: Checkpoint, notes: Iterable[str | None], *, is_exact: bool) -> None:
        """Report a run resumed from a checkpoint, every difference from the run that saved it, and `notes`."""
        self._emit(
            events.RunResumed, checkpoint=str(checkpoint.path), size_bytes=checkpoint.size_bytes, is_exact=is_exact
        )
        for note in filter(None, notes):
            self._emit(events.WarningRaised, message=note)
        if not is_exact:
            message = "the open episode could not be played again to where it was; it is dropped, and the next begins"
            self._emit(events.WarningRaised, message=message)
        for key, new in self._config.model_dump(mode="json").items():
            old = checkpoint.config.get(key)
            if old != new:
                self._emit(events.SettingChanged, key=key, old=old, new=new)

    def add_steps(self, taken: StepsTaken) -> None:
        """Count the actions of a step, and report the episodes that ended with it."""
        self._actions.add(taken.actions)
        if taken.ended:
            self._report_episodes(taken.ended)

    def add_update(self, update: Update) -> None:
        """Take the statistics of an update into the next progress event."""
        self._updates.add(update)

    def report_progress(self) -> None:
        """Report counts, schedules, means and speed, and what else has come up since the last time."""
        learner = self._learner
        metrics = measure_progress(learner, self._clock.total_seconds)
        for part in (
            self._window.metrics(),
            self._updates.metrics(),
            self._actions.metrics(),
            self._recent.measure(self._clock, learner.step),
            self._side.take_metrics(),
        ):
            metrics |= part
        self._emit(events.Progress, metrics={name: _shorten(value) for name, value in metrics.items()})
        for message in self._cautions.find(learner, self._updates.td_errors):
            self._emit(events.WarningRaised, message=message)
        self._updates.reset()
        self._actions.reset()
        self.report_asides(time.monotonic())

    def report_asides(self, now: float = math.inf) -> None:
        """Report warnings of other threads, and what the environment printed, that at most once a second of `now`."""
        for message in self._side.take_warnings():
            self._emit(events.WarningRaised, message=message)
        if written := self._output.take(now):
            self._emit(events.OutputWritten, text=written.text, dropped=written.dropped)

    def report_end(
        self,
        reason: EndReason,
        checkpoint: str | None,
        *,
        best_eval_mean: float | None,
        cause: str | None,
        save_problem: str | None,
    ) -> None:
        """Report the end of a run that did not fail: its last event."""
        self.report_asides()
        learner, wall_seconds = self._learner, self._clock.total_seconds
        self._emit(
            events.RunEnded,
            reason=reason,
            episodes=learner.episodes,
            mean_return_100=self._window.mean_return,
            best_eval_mean=best_eval_mean,
            updates=learner.updates,
            wall_seconds=round(wall_seconds, 3),
            steps_per_second=round(learner.step / wall_seconds, 1) if wall_seconds else 0.0,
            checkpoint=checkpoint,
            weights_sha256=weights_sha256(learner.agent.online),
            cause=cause,
            save_problem=save_problem,
        )

    def get_state(self) -> dict[str, Any]:
        """Return what later reports depend on."""
        return {
            "window": self._window.get_state(),
            "updates": self._updates.get_state(),
            "actions": self._actions.get_state(),
            "cautions": self._cautions.get_state(),
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `get_state`, or of `read_old_state`, which lacks the last two."""
        self._window.set_state(state["window"])
        self._updates.set_state(state["updates"])
        if "actions" in state:
            self._actions.set_state(state["actions"])
        self._cautions.set_state(state.get("cautions", {}))

    def _report_episodes(self, ended: Sequence[EndedEpisode]) -> None:
        for episode in ended:
            played = episode.played
            self._window.add(episode.episode_return, len(played.actions))
            self._emit(
                events.EpisodeEnded,
                episode=played.number,
                episode_return=episode.episode_return,
                length=len(played.actions),
                is_truncated=played.is_truncated,
                seconds=round(self._clock.total_seconds, 6),
                start_q=_shorten_optional(episode.start_q),
                discounted_return=_shorten_optional(episode.discounted_return),
            )


def read_old_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reporter's part of a checkpoint whose state has no part of that name."""
    return {"window": state["window"], "updates": state["learning"]["meter"]}


def _shorten(value: float) -> float:
    """Round to seven digits, all that a float32 holds; counts stay whole."""
    return value if isinstance(value, int) else float(f"{value:.7g}")


def _shorten_optional(value: float | None) -> float | None:
    return None if value is None else _shorten(value)
