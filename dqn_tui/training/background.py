"""A run on a separate thread, as its viewers see it: `control.TrainingRun`.

This module imports nothing heavy: the run's thread loads torch while a viewer already shows its first frame.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.control import Access, Control, CopyObservations, CopyPolicy, Request
from dqn_tui.errors import UsageError
from dqn_tui.events import Event
from dqn_tui.runs.episode_reader import EpisodeReader
from dqn_tui.runs.error_log import describe_error, write_error_log
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.training.machine import MachineMeter
from dqn_tui.training.output import OutputInbox
from dqn_tui.training.side_reports import SideReports
from dqn_tui.training.value_pictures.painting_thread import PaintingThread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dqn_tui.rollout import Rollout
    from dqn_tui.spaces import Spaces
    from dqn_tui.training.player import EpisodePlayer
    from dqn_tui.training.policy import Policy
    from dqn_tui.training.trainer import Trainer
    from dqn_tui.training.value_pictures.easel import Easel

Answer = TypeVar("Answer")

# Too frequent to notify a viewer of each; its timer collects them.
_QUIET = (events.Progress, events.EpisodeEnded)


class BackgroundRun:
    """Owner of the trainer's thread, the mailbox of requests, and the inbox of events.

    Args:
        config: the run's settings.
        folder: the run folder.
        recorder: records the events; closed at the end of the run.
        saved: the state to resume from, if any.
        imports: modules that register environments.
        preset: name of the preset that the settings are based on.

    Attributes:
        error: what ended the run, if that was an error: the environment's, the trainer's, or one in the settings that
            only the run's thread could find.
        newest_event: the newest event, drained or not.
        is_paused, is_over: whether the run is paused, and whether it has ended, at that event.
        collect_output: called on the run's thread before its last event; reports output that was not reported yet.
        listeners: called on the run's thread with each event; none of them may wait for anything.
    """

    def __init__(
        self,
        config: Config,
        folder: RunFolder,
        recorder: Recorder,
        saved: SavedRun | None = None,
        imports: Sequence[str] = (),
        preset: str | None = None,
    ) -> None:
        self._config = config
        self._folder = folder
        self._recorder = recorder
        self._saved = saved
        self._imports = imports
        self._preset = preset
        self._output = OutputInbox(lambda: self.collect_output())
        self.collect_output: Callable[[], None] = lambda: None
        self.newest_event: Event | None = None
        self.error: BaseException | None = None
        self._side = SideReports()
        self._machine = MachineMeter(folder.path, config.device, self._side)
        self.listeners: list[Callable[[Event], None]] = [self._machine.take]
        self._control = Control()
        self._inbox: deque[Event] = deque()
        self._on_news: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="trainer", daemon=True)
        self._final_policy: Policy | None = None
        self._final_observations: NDArray[Any] | None = None
        self._players: list[EpisodePlayer | PaintingThread] = []
        self._episodes = EpisodeReader(folder)
        self.is_paused = self.is_over = False

    def start(self, on_news: Callable[[], None]) -> None:
        """Start training; `on_news` is called on the trainer's thread. A second call only replaces `on_news`."""
        self._on_news = on_news
        if self._thread.ident is None:
            self._thread.start()

    def request(self, request: Request) -> None:
        """Submit a request; never blocks."""
        self._control.submit(request)

    def report_output(self, text: str) -> None:
        """Hand over whole lines that the environment printed; callable from any thread, never blocks.

        The trainer reports them as `OutputWritten` with its next progress, at most once a second, the newest 20 lines.
        """
        self._output.add(text)

    def report_warning(self, message: str) -> None:
        """Hand over a warning in one line; callable from any thread. The trainer raises it with its next progress."""
        self._side.warn(message)

    def take_warnings(self) -> list[str]:
        """Return the warnings that came too late to be raised; called after the end of the run."""
        return self._side.take_warnings()

    def drain(self) -> list[Event]:
        """Return the events since the last call, oldest first."""
        drained = []
        while self._inbox:
            drained.append(self._inbox.popleft())
        return drained

    def start_rollout(self, episode: int | None = None) -> Rollout:
        """Return a player of greedy episodes, each with the weights at its start.

        Raises:
            UsageError: there is no recorded episode of that number.
        """
        from dqn_tui.training.player import EpisodePlayer
        from dqn_tui.training.policy_shelf import PolicyShelf

        def make_policies(spaces: Spaces) -> PolicyShelf:
            return PolicyShelf(self._wait_for_policy, self._folder, self._config, spaces)

        recorded = None if episode is None else self._episodes.read(episode)
        player = EpisodePlayer(
            self._config,
            self._config.seed,
            make_policies,
            record=recorded,
            is_free=lambda: self.is_paused or self.is_over,
        )
        self._keep(player)
        return player

    def start_value_pictures(self) -> PaintingThread:
        """Return a painter of this run's value function; it ends with the rollouts."""
        painter = PaintingThread(self._load_easel)
        self._keep(painter)
        return painter

    def _keep(self, player: EpisodePlayer | PaintingThread) -> None:
        """Remember a thread that is to end with the run, and forget those that have ended."""
        self._players = [*(one for one in self._players if not one.join(0)), player]

    def _load_easel(self) -> Easel:
        from dqn_tui.training.value_pictures.loading import load_easel

        return load_easel(self._config, self._folder, self._wait_for_policy, self._wait_for_observations)

    @property
    def usage_error(self) -> UsageError | None:
        """What ended the run, if the user can correct it; None otherwise."""
        return self.error if isinstance(self.error, UsageError) else None

    @property
    def access(self) -> Access:
        """Everything: this process trains the run."""
        return Access()

    def close_rollouts(self, seconds: float) -> bool:
        """Close and join all players; return whether all ended in time. An environment that hangs prevents it."""
        deadline = time.monotonic() + seconds
        for player in self._players:
            player.close()
        return all(player.join(max(0.0, deadline - time.monotonic())) for player in self._players)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of the run; return whether it came in time."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def has_ended(self) -> bool:
        """Whether the run was started and its thread has ended."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def _run(self) -> None:
        """Run the trainer at the top of its thread: any error below ends the run, never the viewer."""
        trainer = None
        try:
            from dqn_tui.training.build import build_trainer

            self._machine.start()
            # Do not keep the saved arrays in memory beside the trainer's own.
            saved, self._saved = self._saved, None
            trainer = build_trainer(
                self._config,
                self._folder,
                self._recorder,
                self._control,
                self._publish,
                saved,
                self._imports,
                self._preset,
                self._output,
                self._side,
            )
            del saved
            trainer.run()
        except BaseException as error:  # noqa: BLE001 - an environment may even raise SystemExit
            self._fail(error, trainer)
        finally:
            self._machine.stop()
            if trainer is not None:
                from dqn_tui.training.policy import Policy

                self._final_observations = trainer.learner.copy_observations()
                self._final_policy = Policy(trainer.learner.agent.copy_policy(), trainer.step)
                self._answer_finally()
                self._close(trainer)
            self._recorder.close()

    def _fail(self, error: BaseException, trainer: Trainer | None) -> None:
        """End the run with its last event, even where the trainer fails at that, too."""
        self.error = error
        error_log = write_error_log(self._folder, error)
        if trainer is not None:
            try:
                trainer.fail(error, error_log)
            except Exception as second:  # noqa: BLE001 - one more traceback in the log
                write_error_log(self._folder, second)
        if not self.is_over:
            self._publish_failure(describe_error(error), error_log)

    def _close(self, trainer: Trainer) -> None:
        """Close the environments; an error there does not change how the run ended."""
        from dqn_tui.training.build import free_memory

        try:
            trainer.close()
            free_memory()
        except BaseException as error:  # noqa: BLE001 - the environment's own code
            write_error_log(self._folder, error)

    def _publish_failure(self, message: str, error_log: str | None) -> None:
        """Publish the end of a run without a trainer."""
        self._publish(events.RunFailed(step=0, time=time.time(), error=message, error_log=error_log, checkpoint=None))

    def _publish(self, event: Event) -> None:
        self.is_over = self.is_over or isinstance(event, events.RunEnded | events.RunFailed)
        self.newest_event = event
        self._inbox.append(event)
        for listen in self.listeners:
            listen(event)
        if not isinstance(event, _QUIET):
            if isinstance(event, events.Paused | events.Resumed):
                self.is_paused = isinstance(event, events.Paused)
            self._on_news()

    def copy_policy(self, reply: Callable[[Policy], None]) -> None:
        """Pass a copy of the policy to `reply`: on the trainer's thread between two steps, or that of the end at once.

        Never blocks. A run that ends without a trainer never replies.
        """
        self._control.submit(CopyPolicy(reply))
        if self._final_policy is not None:
            self._answer_finally()

    def _answer_finally(self) -> None:
        """Answer what is left of the questions, once training is over."""
        for request in self._control.take():
            if isinstance(request, CopyPolicy):
                request.reply(self._final_policy)
            elif isinstance(request, CopyObservations):
                request.reply(self._final_observations)

    def _wait_for_policy(self) -> Policy | None:
        """Return a copy of the policy; None where the run ended without one."""
        return self._wait_for(self.copy_policy)

    def _wait_for_observations(self) -> NDArray[Any] | None:
        """Return observations of the replay buffer; None where the run ended without any."""

        def ask(reply: Callable[[NDArray[Any]], None]) -> None:
            self._control.submit(CopyObservations(reply))
            if self._final_policy is not None:
                self._answer_finally()

        return self._wait_for(ask)

    def _wait_for(self, ask: Callable[[Callable[[Answer], None]], None]) -> Answer | None:
        """Ask the trainer, and return its answer; None where the run ended without one."""
        answer: list[Answer] = []
        is_answered = threading.Event()

        def reply(given: Answer) -> None:
            answer.append(given)
            is_answered.set()

        ask(reply)
        while not is_answered.wait(0.1):
            if not self._thread.is_alive() and self._final_policy is None:
                return None
        return answer[0]
