"""The loop: one step or update after the other, chores when they are due, and answers to requests in between.

The trainer tells what happened as events, and knows nobody who reads them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from dqn_tui import control as requests
from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.control import Control, Request
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.dqn.saved import Arrays, MisfitError
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import CheckpointError, DivergedError
from dqn_tui.events import PHASES, Event
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.error_log import describe_error
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.evaluation import Evaluation, Evaluator
from dqn_tui.training.learner import Learner
from dqn_tui.training.meters import PhaseClock
from dqn_tui.training.reporter import Reporter
from dqn_tui.training.saver import Contents, Saver


class Trainer:
    """One run, from its first step to its last event; `run` is called once, on the thread that owns it all."""

    def __init__(
        self,
        config: Config,
        folder: RunFolder,
        environments: Environments,
        evaluation_environment: Environment,
        control: Control,
        recorder: Recorder,
        publish: Callable[[Event], None],
        *,
        device: str = "cpu",
    ) -> None:
        self._config = config
        self._environments = environments
        self._evaluation_environment = evaluation_environment
        self._control = control
        self._recorder = recorder
        self._emit = Emitter(recorder, publish, lambda: self.step)
        self._saver = Saver(folder, config.keep_last, self._emit)

        self._clock = PhaseClock()
        self.learner = Learner(config, environments, device, self._clock)
        self._reporter = Reporter(config, folder, self.learner, self._clock, self._emit)
        self._evaluator = Evaluator(config, evaluation_environment)

        self._chores: deque[str] = deque()

        self._is_paused = False
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
            self._tell_ended("diverged", None)

    def fail(self, error: BaseException, error_log: str | None) -> None:
        """End the run after an error, with a checkpoint of the weights as they stand."""
        self._evaluator.is_busy = False
        try:
            checkpoint = self._save("failure")
        except DivergedError:
            checkpoint = None
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
        self._environments.close()
        self._evaluation_environment.close()

    @property
    def step(self) -> int:
        """Environment steps taken."""
        return self.learner.step

    @property
    def _is_unfinished(self) -> bool:
        is_busy = self.learner.owed_updates or self._chores
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
            if self._evaluator.is_solved:
                return "solved"
        return "completed"

    def _advance(self) -> None:
        """One environment step, or one of the updates that it owes."""
        learner = self.learner
        if learner.owed_updates:
            if not learner.updates:
                self._emit(events.LearningStarted)
            learner.update()
        else:
            self._reporter.tell_episodes(learner.take_steps())
        if not learner.owed_updates:
            self._finish_step()

    def _finish_step(self) -> None:
        """After a step and its updates: progress is told, and the chores that are due are noted."""
        config, learner = self._config, self.learner
        learner.finish_step()
        if learner.count_due(config.progress_every) or self._granted_steps:
            self._reporter.tell_progress()
        is_last = self.step >= config.total_timesteps
        if is_last or (config.eval_every and learner.count_due(config.eval_every)):
            self._chores.append("evaluate")
        if not is_last and config.save_every and learner.count_due(config.save_every):
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
        if self._resumed is None:
            self._reporter.tell_started(self._evaluator.goal)
            self.learner.start_episodes()
        else:
            self._reporter.tell_resumed(self._resumed, self._recorder.host_change, is_exact=self._is_exact)

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
                reply((self.learner.agent.copy_policy(), self.step))
            case requests.Save():
                self._save("request")
            case requests.Evaluate() if not self._evaluator.is_busy:
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
            is_step_open = self.learner.owed_updates > 0 and not self._granted_steps
            self._granted_steps += 1 + is_step_open

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._granted_steps = 0
            self._emit(events.Resumed, pause_seconds=round(time.monotonic() - self._paused_at, 3))

    # --- evaluating and saving ---

    def _play_greedily(self, chore: str) -> Evaluation | None:
        """Greedy episodes of the present weights; None where a stop came in between."""
        self._emit(events.EvaluationStarted, episodes=self._evaluator.count_episodes(chore))
        phase = self._clock.switch("evaluation")
        may_wait = not self._is_paused
        evaluation = self._evaluator.play(
            self.learner.agent.online,
            chore,
            self.step,
            should_continue=lambda: self._may_go_on_evaluating(may_wait=may_wait),
        )
        self._clock.switch(phase)
        return evaluation

    def _may_go_on_evaluating(self, *, may_wait: bool) -> bool:
        """An evaluation that was asked for during a pause does not wait for the pause's end."""
        if self._control.is_pending:
            self._serve_requests(may_wait=may_wait)
        return self._stop is None

    def _take_in(self, evaluation: Evaluation, chore: str) -> None:
        """Tell it, keep the best; with `until_solved`, a mean at the goal is to be confirmed and then ends the run."""
        is_best, should_confirm = self._evaluator.take_in(evaluation, chore, self.step)
        if should_confirm:
            self._chores.appendleft("confirm")
        self._emit(
            events.Evaluated,
            episodes=len(evaluation.returns),
            mean=evaluation.mean,
            std=evaluation.std,
            mean_length=evaluation.mean_length,
            is_best=is_best,
        )
        if is_best:
            self._save("best")

    def _save(self, reason: str) -> str | None:
        """Write a checkpoint; returns its path, or None where the disk would not take it.

        Raises:
            DivergedError: the weights are not finite, and must not take a good checkpoint's place.
        """
        self.learner.agent.check_weights()
        phase = self._clock.switch("saving")
        path = self._saver.save(reason, self.step, self._collect)
        self._clock.switch(phase)
        return path

    def _collect(self) -> Contents:
        """All that the rest of the run depends on, and how long its files are by now."""
        arrays, learning = self.learner.get_state()
        state = {
            "learning": learning,
            "chores": list(self._chores),
            "evaluator": self._evaluator.get_state(),
            "window": self._reporter.get_state(),
            "seconds": self._clock.seconds,
            "file_lengths": self._recorder.sync(),
        }
        facts = {
            "config": self._config.model_dump(mode="json"),
            "spaces": self.learner.agent.spaces.to_dict(),
            "eval_mean": self._evaluator.mean_at(self.step),
            "weights_sha256": weights_sha256(self.learner.agent.online),
        }
        return arrays, facts, state

    def restore(self, saved: SavedRun) -> None:
        """Go on from a checkpoint; called once, before `run`.

        Raises:
            CheckpointError: it does not fit the environment or the configuration.
        """
        try:
            self._is_exact = self._set_state(saved.arrays, saved.state)
        except MisfitError as error:
            file = saved.checkpoint.path / f"{error.group}.safetensors"
            raise CheckpointError(f"{file} does not fit this run: {error}") from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise CheckpointError(f"{saved.checkpoint.path} does not fit this run: {error!r}") from None
        self._resumed = saved.checkpoint

    def _set_state(self, arrays: Mapping[str, Arrays], state: Mapping[str, Any]) -> bool:
        """Go on from what `_collect` gave; False where the open episode could not be reached again.

        Raises:
            ValueError: an array is not of this run's shape.
        """
        self._chores.extend(map(str, state["chores"]))
        self._evaluator.set_state(state["evaluator"])
        self._reporter.set_state(state["window"])
        self._clock.seconds.update({phase: float(state["seconds"][phase]) for phase in PHASES})
        return self.learner.set_state(arrays, state["learning"])

    # --- ends ---

    def _end(self, reason: str) -> None:
        should_save = self._stop is None or self._stop.should_save
        self._tell_ended(reason, self._save("end") if should_save else None)

    def _tell_ended(self, reason: str, checkpoint: str | None) -> None:
        self._reporter.tell_ended(
            reason, checkpoint, best_eval_mean=self._evaluator.best_mean, save_problem=self._saver.problem
        )
