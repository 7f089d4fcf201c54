"""Answers the viewers' requests between two steps, and holds training while it is paused."""

from __future__ import annotations

import time
from collections.abc import Callable

from dqn_tui import control as requests
from dqn_tui import events
from dqn_tui.control import Control, Request
from dqn_tui.training.emitter import Emitter
from dqn_tui.training.learner import Learner
from dqn_tui.training.meters import PhaseClock
from dqn_tui.training.policy import Policy


class RequestServer:
    """Takes requests out of the mailbox; an event confirms each.

    Attributes:
        is_paused: whether training is paused.
        granted_steps: environment steps still to be taken although training is paused.
        stop: the request that ends the run; None until it arrives.

    Args:
        control: the mailbox.
        learner: hands out copies of its policy, and knows whether a step is still unfinished.
        clock: stops while training waits.
        emit: emits the confirming events.
        save: saves a checkpoint.
        evaluate: evaluates the policy, unless that is under way already.
    """

    def __init__(
        self,
        control: Control,
        learner: Learner,
        clock: PhaseClock,
        emit: Emitter,
        *,
        save: Callable[[], object],
        evaluate: Callable[[], object],
    ) -> None:
        self._control = control
        self._learner = learner
        self._clock = clock
        self._emit = emit
        self._save = save
        self._evaluate = evaluate
        self._paused_at = 0.0
        self.is_paused = False
        self.granted_steps = 0
        self.stop: requests.Stop | None = None

    def serve(self, *, may_wait: bool = True) -> None:
        """Answer all pending requests; while training is paused, wait for more unless `may_wait` is false."""
        if not (self._control.is_pending or self.is_paused):
            return
        for request in self._control.take():
            self._answer(request)
        if may_wait and self._should_wait:
            phase = self._clock.switch(None)
            while self._should_wait:
                for request in self._control.wait():
                    self._answer(request)
            self._clock.switch(phase)

    def count_step(self) -> None:
        """Note that an environment step and its updates are done."""
        self.granted_steps = max(0, self.granted_steps - 1)

    @property
    def _should_wait(self) -> bool:
        return self.is_paused and not self.granted_steps and self.stop is None

    def _answer(self, request: Request) -> None:
        match request:
            case requests.Pause():
                self._pause()
            case requests.Resume():
                self._resume()
            case requests.TakeStep():
                self._grant_step()
            case requests.Stop():
                self.stop = request
                self._emit(events.StopRequested)
            case requests.CopyPolicy(reply):
                reply(Policy(self._learner.agent.copy_policy(), self._learner.step))
            case requests.CopyObservations(reply):
                reply(self._learner.copy_observations())
            case requests.Save():
                self._save()
            case requests.Evaluate():
                self._evaluate()
            case requests.Detach():
                self._emit(events.Detached)

    def _pause(self) -> None:
        if not self.is_paused:
            self.is_paused = True
            self._paused_at = time.monotonic()
            self._emit(events.Paused)

    def _grant_step(self) -> None:
        """Grant one more environment step; a step that still owes updates is finished before it."""
        if self.is_paused:
            is_unfinished = self._learner.owed_updates > 0 and not self.granted_steps
            self.granted_steps += 1 + is_unfinished

    def _resume(self) -> None:
        if self.is_paused:
            self.is_paused = False
            self.granted_steps = 0
            self._emit(events.Resumed, pause_seconds=round(time.monotonic() - self._paused_at, 3))
