"""What connects a screen to a run: events come in when the screen asks for them, requests go out and never block."""

from __future__ import annotations

import time
from collections.abc import Callable

from dqn_tui import control
from dqn_tui.control import Access, Request, TrainingRun
from dqn_tui.events import Event, Paused, Resumed
from dqn_tui.rollout import Rollout
from dqn_tui.value_pictures import ValuePictures
from dqn_tui.view.run_view import RunView
from dqn_tui.work_clock import STOP_GAP_SECONDS, working_seconds


class RunFeed:
    """A run, and the view of it that its events build up. The run has its own thread, which is never waited for.

    Attributes:
        view: the run as it is now.
        now: UTC seconds when the clock was last read.
    """

    def __init__(
        self,
        run: TrainingRun,
        view: RunView,
        clock: Callable[[], float] = time.time,
        working_clock: Callable[[], float] = working_seconds,
    ) -> None:
        self.view = view
        self.now = 0.0
        self._run = run
        self._clock = clock
        self._working_clock = working_clock
        self._worked = 0.0
        self._is_news_pending = False
        self._is_pause_wanted = False

    def start(self, on_news: Callable[[], None]) -> None:
        """Start the run; `on_news` is called on its thread, once for all events until the next `take`."""

        def notice() -> None:
            if not self._is_news_pending:
                self._is_news_pending = True
                on_news()

        self._run.start(notice)

    def take(self) -> list[Event]:
        """Apply the events since the last call to the view, and return them."""
        self._is_news_pending = False
        self.read_clock()
        taken = self._run.drain()
        self.view.apply_all(taken)
        for event in taken:
            if isinstance(event, Paused | Resumed):
                self._is_pause_wanted = isinstance(event, Paused)
        return taken

    @property
    def access(self) -> Access:
        """What can be done with the run now."""
        return self._run.access

    def read_clock(self) -> None:
        """Update `now`; time during which the process was stopped is left out of the run's."""
        now, worked = self._clock(), self._working_clock()
        stopped = (now - self.now) - (worked - self._worked)
        if self.now and stopped > STOP_GAP_SECONDS:
            self.view.leave_out(stopped)
        self.now, self._worked = now, worked

    def request(self, request: Request) -> None:
        """Ask the run for something."""
        self._run.request(request)

    def toggle_pause(self) -> None:
        """Ask for a pause or for its end; the view changes when the run confirms it."""
        self._is_pause_wanted = not self._is_pause_wanted
        self._run.request(control.Pause() if self._is_pause_wanted else control.Resume())

    def start_rollout(self, episode: int | None = None) -> Rollout:
        """Start greedy episodes with the current policy, or play a recorded training episode again.

        Raises:
            DqnTuiError: the run cannot play now.
        """
        return self._run.start_rollout(episode)

    def start_value_pictures(self) -> ValuePictures:
        """Start pictures of the value function.

        Raises:
            DqnTuiError: the run has no policy that could be painted.
        """
        return self._run.start_value_pictures()
