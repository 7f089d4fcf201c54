"""Wishes of the viewers, and the seam between them and the run.

Requests go down to the trainer, which answers them between two steps and confirms with an event. Viewers know a run
only as a `TrainingRun` and never import the trainer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dqn_tui.events import Event
    from dqn_tui.rollout import Rollout

STOP_GAP_SECONDS = 1.0
"""A process whose clocks miss a beat for longer was not just busy: it was stopped, as by ctrl+z. The one definition for
both sides; neither the trainer nor a viewer counts such time as work."""


@dataclass(frozen=True)
class Request:
    """A wish, named in the imperative."""


@dataclass(frozen=True)
class Pause(Request):
    """Stand still between two steps."""


@dataclass(frozen=True)
class Resume(Request):
    """Go on after a pause."""


@dataclass(frozen=True)
class TakeStep(Request):
    """While paused: one environment step with the updates that belong to it."""


@dataclass(frozen=True)
class Save(Request):
    """Write a checkpoint now."""


@dataclass(frozen=True)
class Evaluate(Request):
    """Play greedy episodes now."""


@dataclass(frozen=True)
class Stop(Request):
    """End the run after this step, with or without a last checkpoint."""

    should_save: bool = True


@dataclass(frozen=True)
class CopyPolicy(Request):
    """Hand a copy of the current policy to `reply`, on the trainer's thread."""

    reply: Callable[[Any], None]


class Control:
    """The mailbox of requests: any thread submits, the trainer's thread takes.

    `is_pending` may be read without the lock, which is what the trainer does at each step.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._requests: list[Request] = []
        self.is_pending = False

    def submit(self, request: Request) -> None:
        """Leave a request; wakes a trainer that waits."""
        with self._condition:
            self._requests.append(request)
            self.is_pending = True
            self._condition.notify_all()

    def take(self) -> list[Request]:
        """All requests since the last call, oldest first."""
        with self._condition:
            requests, self._requests = self._requests, []
            self.is_pending = False
            return requests

    def wait(self) -> list[Request]:
        """Like `take`, but sleeps until there is one."""
        with self._condition:
            self._condition.wait_for(lambda: self.is_pending)
        return self.take()


class TrainingRun(Protocol):
    """A run as its viewers see it."""

    def start(self, on_news: Callable[[], None]) -> None:
        """Begin on a thread of the run's own; `on_news` is called there when an event should be shown at once."""

    def request(self, request: Request) -> None:
        """Ask for something; never blocks. An event confirms it."""

    def drain(self) -> list[Event]:
        """The events since the last call, oldest first."""

    def start_rollout(self) -> Rollout:
        """Play greedy episodes with the current policy, on another thread, in an environment of its own."""
