"""The loop: one step or update after the other, chores when they are due, and answers to requests in between.

The trainer tells what happened as events, and knows nobody who reads them.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from dqn_tui import control as requests
from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.control import Control, Request
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.dqn.sizes import estimate_replay_bytes
from dqn_tui.envs.make import Environment
from dqn_tui.errors import CheckpointError, DivergedError
from dqn_tui.events import Event
from dqn_tui.runs.arrays import Arrays
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.error_log import describe_error
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.seeding import episode_seed
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.evaluation import Evaluation, evaluate
from dqn_tui.training.learning import EndedEpisode, Learning, measure_progress
from dqn_tui.training.meters import PHASES, EpisodeWindow, PhaseClock, RecentMeter
from dqn_tui.training.saver import Contents, Saver

CONFIRMATION_EPISODES = 100


class Trainer:
    """One run, from its first step to its last event; `run` is called once, on the thread that owns it all."""

    def __init__(
        self,
        config: Config,
        folder: RunFolder,
        environment: Environment,
        evaluation_environment: Environment,
        control: Control,
        recorder: Recorder,
        publish: Callable[[Event], None],
        *,
        device: str = "cpu",
    ) -> None:
        self._config = config
        self._folder = folder
        self._environment = environment
        self._evaluation_environment = evaluation_environment
        self._control = control
        self._recorder = recorder
        self._emit = Emitter(recorder, publish, lambda: self.step)
        self._saver = Saver(folder, config.keep_last, self._emit)

        self._clock = PhaseClock()
        self.learning = Learning(config, environment, device, self._clock)
        self._goal = environment.goal if config.goal is None else config.goal

        self._chores: deque[str] = deque()
        self._best_mean = -math.inf
        self._last_evaluation: tuple[int, float] | None = None

        self._recent = RecentMeter()
        self._window = EpisodeWindow()

        self._is_paused = False
        self._is_evaluating = False
        self._is_solved = False
        self._resumed: Checkpoint | None = None
        self._is_exact = True
        self._granted_steps = 0
        self._stop: requests.Stop | None = None

    def run(self) -> None:
        """Train to the end or to a stop; the last event says which.

        Raises:
            Exception: what the environment raised; `fail` then ends the run.
        """
        try:
            self._begin()
            self._end(self._train())
        except DivergedError as error:
            self._emit(events.WarningRaised, message=str(error))
            self._emit_ended("diverged", None)

    def fail(self, error: BaseException, error_log: str | None) -> None:
        """End the run after an error, with a checkpoint of the weights as they stand."""
        self._is_evaluating = False
        checkpoint = self._save("failure")
        self._emit(
            events.RunFailed,
            error=describe_error(error),
            error_log=error_log,
            checkpoint=checkpoint,
            save_problem=self._saver.problem,
        )

    def close(self) -> None:
        """Free the environments."""
        self._clock.switch(None)
        self._environment.close()
        self._evaluation_environment.close()

    @property
    def step(self) -> int:
        """Environment steps taken."""
        return self.learning.step

    @property
    def _is_unfinished(self) -> bool:
        is_busy = self.learning.owed_updates or self._chores
        return bool(is_busy) or self.step < self._config.total_timesteps

    def _train(self) -> str:
        """Algorithm 1, one step, update or chore at a time; returns why it ended."""
        while self._is_unfinished:
            if self._control.is_pending or self._is_paused:
                self._serve_requests()
            if self._stop is not None:
                return "stopped"
            if self._chores:
                self._do_chore()
            else:
                self._advance()
            if self._is_solved:
                return "solved"
        return "completed"

    def _advance(self) -> None:
        """One environment step, or one of the updates that it owes."""
        learning = self.learning
        if learning.owed_updates:
            if not learning.updates:
                self._emit(events.LearningStarted)
            learning.update()
        else:
            ended = learning.take_step()
            if ended:
                self._tell_episode(ended)
        if not learning.owed_updates:
            self._finish_step()

    def _finish_step(self) -> None:
        """After a step and its updates: progress is told, and the chores that are due are noted."""
        config, step = self._config, self.step
        self.learning.finish_step()
        if step % config.progress_every == 0 or self._granted_steps:
            self._emit(events.Progress, metrics=self._measure())
        is_last = step == config.total_timesteps
        if is_last or (config.eval_every and step % config.eval_every == 0):
            self._chores.append("evaluate")
        if not is_last and config.save_every and step % config.save_every == 0:
            self._chores.append("save")
        self._granted_steps = max(0, self._granted_steps - 1)

    def _do_chore(self) -> None:
        """What is left to do at this step before the next one; a checkpoint taken meanwhile knows what is left."""
        if self._chores[0] == "save":
            self._chores.popleft()
            self._save("autosave")
        elif evaluation := self._play_greedily(self._chores[0]):
            self._take_in(evaluation, self._chores.popleft())

    def _begin(self) -> None:
        self._clock.switch("other")
        if self._resumed is not None:
            self._tell_resumed(self._resumed)
            return
        self._emit(
            events.RunStarted,
            run=str(self._folder.path),
            env=self._config.env,
            seed=self._config.seed,
            device=str(self.learning.agent.device),
            total_timesteps=self._config.total_timesteps,
            learning_starts=self._config.learning_starts,
            buffer_size=self._config.buffer_size,
            actions=self.learning.agent.action_count,
            goal=self._goal,
            replay_bytes=estimate_replay_bytes(self._config, self._environment.observation_size),
            config=self._config.model_dump(mode="json"),
        )
        self.learning.start_episode()

    def _tell_episode(self, ended: EndedEpisode) -> None:
        self._window.add(ended.episode_return, ended.length)
        self._emit(
            events.EpisodeEnded,
            episode=self.learning.episodes,
            episode_return=ended.episode_return,
            length=ended.length,
            is_truncated=ended.is_truncated,
            seconds=round(self._clock.total_seconds, 6),
        )

    # --- requests ---

    def _serve_requests(self, *, may_wait: bool = True) -> None:
        """Answer what waits; while paused, wait here for more."""
        for request in self._control.take():
            self._serve(request)
        if not (may_wait and self._should_wait):
            return
        phase = self._clock.switch(None)
        while self._should_wait:
            for request in self._control.wait():
                self._serve(request)
        self._clock.switch(phase)

    @property
    def _should_wait(self) -> bool:
        return self._is_paused and not self._granted_steps and self._stop is None

    def _serve(self, request: Request) -> None:
        match request:
            case requests.Pause():
                self._pause()
            case requests.Resume():
                self._resume()
            case requests.TakeStep():
                self._grant_step()
            case requests.Stop():
                self._stop = request
                self._emit(events.StopRequested)
            case requests.CopyPolicy(reply):
                reply((self.learning.agent.copy_policy(), self.step))
            case requests.Save():
                self._save("request")
            case requests.Evaluate() if not self._is_evaluating:
                evaluation = self._play_greedily("evaluate")
                if evaluation:
                    self._take_in(evaluation, "evaluate")

    def _pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            self._paused_at = time.monotonic()
            self._emit(events.Paused)

    def _grant_step(self) -> None:
        """One more environment step during a pause; a step whose updates are still owed is finished before it."""
        if self._is_paused:
            is_step_open = self.learning.owed_updates > 0 and not self._granted_steps
            self._granted_steps += 1 + is_step_open

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._granted_steps = 0
            self._emit(events.Resumed, pause_seconds=round(time.monotonic() - self._paused_at, 3))

    # --- evaluating and saving ---

    def _play_greedily(self, chore: str) -> Evaluation | None:
        """Greedy episodes: `eval_episodes` to evaluate, 100 to confirm; None where a stop came in between."""
        episodes = CONFIRMATION_EPISODES if chore == "confirm" else self._config.eval_episodes
        self._emit(events.EvaluationStarted, episodes=episodes)
        phase = self._clock.switch("evaluation")
        self._is_evaluating = True
        may_wait = not self._is_paused
        evaluation = evaluate(
            self.learning.agent.online,
            self._evaluation_environment,
            episodes,
            lambda episode: episode_seed(self._config.seed, chore, self.step, episode),
            max_steps=self._config.eval_max_steps,
            should_continue=lambda: self._may_go_on_evaluating(may_wait=may_wait),
        )
        self._is_evaluating = False
        self._clock.switch(phase)
        return evaluation

    def _may_go_on_evaluating(self, *, may_wait: bool) -> bool:
        """An evaluation that was asked for during a pause does not wait for the pause's end."""
        if self._control.is_pending:
            self._serve_requests(may_wait=may_wait)
        return self._stop is None

    def _take_in(self, evaluation: Evaluation, chore: str) -> None:
        """Tell it, keep the best; with `until_solved`, a mean at the goal is to be confirmed and then ends the run."""
        if self._config.until_solved and self._goal is not None and evaluation.mean >= self._goal:
            if chore == "confirm":
                self._is_solved = True
            else:
                self._chores.appendleft("confirm")
        is_best = evaluation.mean > self._best_mean
        self._last_evaluation = (self.step, evaluation.mean)
        self._emit(
            events.Evaluated,
            episodes=len(evaluation.returns),
            mean=evaluation.mean,
            std=evaluation.std,
            mean_length=evaluation.mean_length,
            is_best=is_best,
        )
        if is_best:
            self._best_mean = evaluation.mean
            self._save("best")

    def _save(self, reason: str) -> str | None:
        """Write a checkpoint; returns its path, or None where the disk would not take it."""
        phase = self._clock.switch("saving")
        path = self._saver.save(reason, self.step, self._collect)
        self._clock.switch(phase)
        return path

    def _collect(self) -> Contents:
        """All that the rest of the run depends on, and how long its files are by now."""
        arrays, learning = self.learning.get_state()
        state = {
            "learning": learning,
            "chores": list(self._chores),
            "best_mean": self._best_mean if math.isfinite(self._best_mean) else None,
            "window": self._window.get_state(),
            "seconds": self._clock.seconds,
            "file_lengths": self._recorder.sync(),
        }
        step, mean = self._last_evaluation or (-1, math.nan)
        facts = {
            "config": self._config.model_dump(mode="json"),
            "observation_size": self._environment.observation_size,
            "action_count": self.learning.agent.action_count,
            "eval_mean": mean if step == self.step and math.isfinite(mean) else None,
            "weights_sha256": weights_sha256(self.learning.agent.online),
        }
        return arrays, facts, state

    def restore(self, saved: SavedRun) -> None:
        """Go on from a checkpoint; called once, before `run`.

        Raises:
            CheckpointError: it does not fit the environment or the configuration.
        """
        try:
            self._is_exact = self._set_state(saved.arrays, saved.state)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise CheckpointError(f"{saved.checkpoint.path} does not fit this run: {error!r}") from None
        self._resumed = saved.checkpoint

    def _tell_resumed(self, checkpoint: Checkpoint) -> None:
        self._emit(
            events.RunResumed,
            checkpoint=str(checkpoint.path),
            size_bytes=checkpoint.size_bytes,
            is_exact=self._is_exact,
        )
        if self._recorder.host_change:
            self._emit(events.WarningRaised, message=self._recorder.host_change)
        if not self._is_exact:
            message = "the open episode could not be played again to where it was: it is dropped, the next one begins"
            self._emit(events.WarningRaised, message=message)
        settings = self._config.model_dump(mode="json")
        for key, new in settings.items():
            old = checkpoint.config.get(key)
            if old != new:
                self._emit(events.SettingChanged, key=key, old=old, new=new)

    def _set_state(self, arrays: Mapping[str, Arrays], state: Mapping[str, Any]) -> bool:
        """Go on from what `_collect` gave; False where the open episode could not be reached again.

        Raises:
            ValueError: an array is not of this run's shape.
        """
        self._chores.extend(map(str, state["chores"]))
        self._best_mean = -math.inf if state["best_mean"] is None else float(state["best_mean"])
        self._window.set_state(state["window"])
        self._clock.seconds.update({phase: float(state["seconds"][phase]) for phase in PHASES})
        return self.learning.set_state(arrays, state["learning"])

    # --- ends ---

    def _end(self, reason: str) -> None:
        should_save = self._stop is None or self._stop.should_save
        self._emit_ended(reason, self._save("end") if should_save else None)

    def _emit_ended(self, reason: str, checkpoint: str | None) -> None:
        wall_seconds = self._clock.total_seconds
        self._emit(
            events.RunEnded,
            reason=reason,
            episodes=self.learning.episodes,
            mean_return_100=self._window.mean_return,
            best_eval_mean=self._best_mean if math.isfinite(self._best_mean) else None,
            updates=self.learning.updates,
            wall_seconds=round(wall_seconds, 3),
            steps_per_second=round(self.step / wall_seconds, 1) if wall_seconds else 0.0,
            checkpoint=checkpoint,
            weights_sha256=weights_sha256(self.learning.agent.online),
            save_problem=self._saver.problem,
        )

    def _measure(self) -> dict[str, float]:
        learning = self.learning
        metrics = measure_progress(learning, self._clock.total_seconds)
        metrics |= self._window.metrics() | learning.meter.take() | self._recent.measure(self._clock, self.step)
        return {name: _shorten(value) for name, value in metrics.items()}


def _shorten(value: float) -> float:
    """Seven digits say all that a meter knows; counts stay whole."""
    return value if isinstance(value, int) else float(f"{value:.7g}")
