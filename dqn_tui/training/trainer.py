"""The training loop: one step or update after the other, with chores and viewers' requests in between.

The trainer reports what happens as events, and asks nothing of those who read them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.control import Control
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import DivergedError
from dqn_tui.events import EndReason, Event
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.error_log import describe_error
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.training.chores import Chore
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.episodes import EndedEpisode
from dqn_tui.training.evaluation import Evaluator, Verdict
from dqn_tui.training.learner import Learner
from dqn_tui.training.meters import PhaseClock
from dqn_tui.training.output import OutputInbox
from dqn_tui.training.reporter import Reporter
from dqn_tui.training.requests import RequestServer
from dqn_tui.training.run_state import RunState
from dqn_tui.training.saver import Saver
from dqn_tui.training.side_reports import SideReports


class Trainer:
    """One run, from its first step to its last event. `run` is called once, on the thread that owns everything here.

    Attributes:
        learner: the agent and all that it learns from.
    """

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
        preset: str | None = None,
        imports: Sequence[str] = (),
        output: OutputInbox | None = None,
        side: SideReports | None = None,
    ) -> None:
        self._config = config
        self._environments = environments
        self._evaluation_environment = evaluation_environment
        self._origin = preset, imports
        self._recorder = recorder
        self._emit = Emitter(recorder, publish, lambda: self.step)
        self._clock = PhaseClock()
        self.learner = Learner(config, environments, device, self._clock)
        self._evaluator = Evaluator(config, evaluation_environment, self._emit)
        self._saver = Saver(folder, config.keep_last, recorder, self._emit)
        self._reporter = Reporter(
            config, folder, self.learner, self._clock, self._emit, output or OutputInbox(), side or SideReports()
        )
        self._requests = RequestServer(
            control,
            self.learner,
            self._clock,
            self._emit,
            save=lambda: self._state.save("request"),
            evaluate=self._evaluate_on_request,
        )
        self._chores: deque[Chore] = deque()
        self._state = RunState(
            config, self.learner, self._evaluator, self._reporter, self._clock, self._chores, self._saver
        )
        self._resumed: Checkpoint | None = None
        self._is_exact = True

    def restore(self, saved: SavedRun) -> None:
        """Resume from a checkpoint; called at most once, before `run`.

        Raises:
            CheckpointError: it does not fit the environment or the configuration.
        """
        self._is_exact = self._state.restore(saved)
        self._resumed = saved.checkpoint

    def run(self) -> None:
        """Train until the end or until a stop; the last event gives the reason.

        Raises:
            Exception: the environment raised; the caller then calls `fail`.
        """
        try:
            self._begin()
            self._end(self._train())
        except DivergedError as error:
            self._report_end(EndReason.DIVERGED, None, cause=str(error))

    def fail(self, error: BaseException, error_log: str | None) -> None:
        """End the run after an error, with a checkpoint of its state before the step that failed."""
        try:
            checkpoint = self._state.save("failure")
        except DivergedError:
            checkpoint = None
        self._reporter.report_asides()
        self._emit(
            events.RunFailed,
            error=describe_error(error),
            error_log=error_log,
            checkpoint=checkpoint,
            save_problem=self._saver.problem,
        )

    def close(self) -> None:
        """Close the environments."""
        self._clock.switch(None)
        self._environments.close()
        self._evaluation_environment.close()

    @property
    def step(self) -> int:
        """Environment steps taken."""
        return self.learner.step

    # --- Mnih et al. 2015, Algorithm 1 ---

    def _begin(self) -> None:
        self._clock.switch("other")
        if self._resumed is None:
            self._reporter.report_start(self._evaluator.goal, self._evaluation_environment.spec, *self._origin)
        else:
            notes = self._recorder.host_change, self._recorder.set_aside
            self._reporter.report_resumption(self._resumed, notes, is_exact=self._is_exact)
        self.learner.begin_episodes()

    def _train(self) -> EndReason:
        """Take one step, update or chore at a time; return why that ended."""
        while self.learner.owed_updates or self._chores or self.step < self._config.total_timesteps:
            self._requests.serve()
            if self._requests.stop is not None:
                return EndReason.STOPPED
            if self._chores:
                self._do_chore()
            else:
                self._advance()
            if self._evaluator.is_solved:
                return EndReason.SOLVED
        return EndReason.COMPLETED

    def _advance(self) -> None:
        """Take one environment step, or one of the updates that it owes."""
        learner = self.learner
        if learner.owed_updates:
            if not learner.updates:
                self._emit(events.LearningStarted)
            self._reporter.add_update(learner.update())
        else:
            taken = learner.take_steps()
            self._record(taken.ended)
            self._reporter.add_steps(taken)
        if not learner.owed_updates:
            self._finish_step()
        learner.begin_episodes()

    def _record(self, ended: Sequence[EndedEpisode]) -> None:
        """Record episodes before they are reported: who hears of one can soon watch it."""
        for episode in ended:
            problem = self._recorder.record_episode(episode.played, self.learner.agent.spaces.action_count)
            if problem:
                self._emit(events.WarningRaised, message=problem)

    def _finish_step(self) -> None:
        """After a step and its updates, report progress and note the chores that are due."""
        config, learner = self._config, self.learner
        learner.finish_step()
        if learner.count_due(config.progress_every) or self._requests.granted_steps:
            self._reporter.report_progress()
        is_last = self.step >= config.total_timesteps
        if is_last or (config.eval_every and learner.count_due(config.eval_every)):
            self._chores.append(Chore.EVALUATE)
        if not is_last and config.save_every and learner.count_due(config.save_every):
            self._chores.append(Chore.SAVE)
        self._requests.count_step()

    def _do_chore(self) -> None:
        """Do the next chore of this step; a checkpoint saved meanwhile lists those that are left."""
        chore = self._chores[0]
        if chore is Chore.SAVE:
            self._chores.popleft()
            self._state.save("autosave")
        elif verdict := self._evaluate(chore):
            self._chores.popleft()
            self._act_on(verdict)

    # --- evaluating and saving ---

    def _evaluate(self, chore: Chore) -> Verdict | None:
        """Play greedy episodes with the present weights; None where a stop came first."""
        phase = self._clock.switch("evaluation")
        # An evaluation requested during a pause does not wait for the end of that pause.
        may_wait = not self._requests.is_paused

        def should_continue() -> bool:
            self._requests.serve(may_wait=may_wait)
            return self._requests.stop is None

        verdict = self._evaluator.run(self.learner.agent.online, chore, self.step, should_continue)
        self._clock.switch(phase)
        return verdict

    def _evaluate_on_request(self) -> None:
        if not self._evaluator.is_busy and (verdict := self._evaluate(Chore.EVALUATE)):
            self._act_on(verdict)

    def _act_on(self, verdict: Verdict) -> None:
        if verdict.should_confirm:
            self._chores.appendleft(Chore.CONFIRM)
        if verdict.is_best:
            self._state.save("best")

    # --- ends ---

    def _end(self, reason: EndReason) -> None:
        stop = self._requests.stop
        should_save = stop is None or stop.should_save
        self._report_end(reason, self._state.save("end") if should_save else None)

    def _report_end(self, reason: EndReason, checkpoint: str | None, cause: str | None = None) -> None:
        self._reporter.report_end(
            reason,
            checkpoint,
            best_eval_mean=self._evaluator.best_mean,
            cause=cause,
            save_problem=self._saver.problem,
        )
