"""Says how a run stands: its beginning, its episodes, its progress, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.dqn.sizes import estimate_replay_bytes
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.episodes import EndedEpisode
from dqn_tui.training.learner import Learner, measure_progress
from dqn_tui.training.meters import EpisodeWindow, PhaseClock, RecentMeter


class Reporter:
    """Reads the learning and the clock, changes neither, and makes events of what it finds."""

    def __init__(self, config: Config, folder: RunFolder, learner: Learner, clock: PhaseClock, emit: Emitter) -> None:
        self._config = config
        self._folder = folder
        self._learner = learner
        self._clock = clock
        self._emit = emit
        self._recent = RecentMeter()
        self._window = EpisodeWindow()

    def tell_started(self, goal: float | None) -> None:
        """A run begins with its first step."""
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
            goal=goal,
            replay_bytes=estimate_replay_bytes(config, spaces),
            config=config.model_dump(mode="json"),
        )
        if config.total_timesteps <= config.learning_starts:
            message = (
                f"nothing will be learned: the run has {config.total_timesteps:,} steps, "
                f"and learning_starts is {config.learning_starts:,}"
            )
            self._emit(events.WarningRaised, message=message)

    def tell_resumed(self, checkpoint: Checkpoint, host_change: str | None, *, is_exact: bool) -> None:
        """A run goes on from a checkpoint; what is not as it was then is told one by one."""
        self._emit(
            events.RunResumed, checkpoint=str(checkpoint.path), size_bytes=checkpoint.size_bytes, is_exact=is_exact
        )
        if host_change:
            self._emit(events.WarningRaised, message=host_change)
        if not is_exact:
            message = "the open episode could not be played again to where it was: it is dropped, the next one begins"
            self._emit(events.WarningRaised, message=message)
        for key, new in self._config.model_dump(mode="json").items():
            old = checkpoint.config.get(key)
            if old != new:
                self._emit(events.SettingChanged, key=key, old=old, new=new)

    def tell_episodes(self, ended: list[EndedEpisode]) -> None:
        """Training episodes ended at this step."""
        first = self._learner.episodes - len(ended) + 1
        for number, episode in enumerate(ended, first):
            self._window.add(episode.episode_return, episode.length)
            self._emit(
                events.EpisodeEnded,
                episode=number,
                episode_return=episode.episode_return,
                length=episode.length,
                is_truncated=episode.is_truncated,
                seconds=round(self._clock.total_seconds, 6),
            )

    def tell_progress(self) -> None:
        """Counts, schedules, means and speed."""
        learner = self._learner
        metrics = measure_progress(learner, self._clock.total_seconds)
        metrics |= self._window.metrics() | learner.meter.take() | self._recent.measure(self._clock, learner.step)
        self._emit(events.Progress, metrics={name: _shorten(value) for name, value in metrics.items()})

    def tell_ended(
        self, reason: str, checkpoint: str | None, *, best_eval_mean: float | None, save_problem: str | None
    ) -> None:
        """The last event of a run that nothing broke off."""
        learner, wall_seconds = self._learner, self._clock.total_seconds
        self._emit(
            events.RunEnded,
            reason=events.EndReason(reason),
            episodes=learner.episodes,
            mean_return_100=self._window.mean_return,
            best_eval_mean=best_eval_mean,
            updates=learner.updates,
            wall_seconds=round(wall_seconds, 3),
            steps_per_second=round(learner.step / wall_seconds, 1) if wall_seconds else 0.0,
            checkpoint=checkpoint,
            weights_sha256=weights_sha256(learner.agent.online),
            save_problem=save_problem,
        )

    def get_state(self) -> dict[str, Any]:
        """What later reports depend on."""
        return self._window.get_state()

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take in what `get_state` gave."""
        self._window.set_state(state)


def _shorten(value: float) -> float:
    """Seven digits say all that a meter knows; counts stay whole."""
    return value if isinstance(value, int) else float(f"{value:.7g}")
