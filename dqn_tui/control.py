"""The viewers' requests, and the interface between viewers and a run.

The trainer answers requests between two steps and confirms each with an event. Viewers know a run only as a
`TrainingRun` and never import the trainer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dqn_tui.events import Event
    from dqn_tui.rollout import Rollout
    from dqn_tui.value_pictures import ValuePictures


@dataclass(frozen=True)
class Request:
    """A request, named in the imperative."""


@dataclass(frozen=True)
class Pause(Request):
    """Pause training between two steps."""


@dataclass(frozen=True)
class Resume(Request):
    """Resume after a pause."""


@dataclass(frozen=True)
class TakeStep(Request):
    """While paused, take one environment step and the updates that belong to it."""


@dataclass(frozen=True)
class Save(Request):
    """Save a checkpoint now."""


@dataclass(frozen=True)
class Evaluate(Request):
    """Play greedy episodes now."""


@dataclass(frozen=True)
class Stop(Request):
    """End the run after this step, with or without a last checkpoint."""

    should_save: bool = True


@dataclass(frozen=True)
class CopyPolicy(Request):
    """Pass a copy of the current policy to `reply`, on the trainer's thread."""

    reply: Callable[[Any], None]


@dataclass(frozen=True)
class CopyObservations(Request):
    """Pass observations from the replay buffer to `reply`, evenly spread over it, on the trainer's thread."""

    reply: Callable[[Any], None]


@dataclass(frozen=True)
class Detach(Request):
    """Note that the dashboard is closed while training continues."""


@dataclass(frozen=True)
class Access:
    """What a viewer can do with a run.

    Attributes:
        is_own: whether the run trains in the viewer's process, and ends with it.
        is_loading: whether events of the past are still being read.
        refusal: why the run takes no requests, in one line; None where it does.
    """

    is_own: bool = True
    is_loading: bool = False
    refusal: str | None = None


class Control:
    """The mailbox of requests: any thread submits, the trainer's thread takes.

    Attributes:
        is_pending: whether there are requests; the trainer reads it at each step, without the lock.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._requests: list[Request] = []
        self.is_pending = False

    def submit(self, request: Request) -> None:
        """Add a request, and wake a waiting trainer."""
        with self._condition:
            self._requests.append(request)
            self.is_pending = True
            self._condition.notify_all()

    def take(self) -> list[Request]:
        """Return all requests since the last call, oldest first."""
        with self._condition:
            requests, self._requests = self._requests, []
            self.is_pending = False
            return requests

    def wait(self) -> list[Request]:
        """Like `take`, but wait until there is a request."""
        with self._condition:
            self._condition.wait_for(lambda: self.is_pending)
        return self.take()


class TrainingRun(Protocol):
    """A run, as seen by its viewers."""

    def start(self, on_news: Callable[[], None]) -> None:
        """Start the run on its own thread; `on_news` is called there when an event should be shown at once."""

    def request(self, request: Request) -> None:
        """Submit a request; never blocks. An event confirms it."""

    def drain(self) -> list[Event]:
        """Return the events since the last call, oldest first."""

    def start_rollout(self, episode: int | None = None) -> Rollout:
        """Play greedy episodes with the newest policy, on another thread, in a separate environment.

        Args:
            episode: number of a recorded training episode, from 1, which is played again instead.

        Raises:
            DqnTuiError: there is no such episode.
        """

    def start_value_pictures(self) -> ValuePictures:
        """Paint pictures of the value function, on another thread, with a separate environment.

        Raises:
            DqnTuiError: the run has no policy that could be painted.
        """

    @property
    def access(self) -> Access:
        """What the viewer can do with it now."""
