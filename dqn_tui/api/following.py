"""Follows a run in the thread that started it: shows it, passes its events to the caller's function, stops it."""

from __future__ import annotations

import atexit
import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from dqn_tui.api.progress import ProgressPrinter
from dqn_tui.control import Stop
from dqn_tui.event_json import to_record
from dqn_tui.events import EpisodeEnded, Event, Progress
from dqn_tui.runs.error_log import describe_error
from dqn_tui.training.background import BackgroundRun
from dqn_tui.view.run_view import RunView

REFRESH_SECONDS = 0.2
CLOSING_SECONDS = 10.0
"""Time limit for the environments to close after the last event."""
LEAVING_SECONDS = 10.0
"""Time limit at the end of the program for a run that a second ctrl+c left to itself."""
MOST_WAITING = 10_000
_FREQUENT = (Progress, EpisodeEnded)


class Listener:
    """Calls a function with one event after the other, on the thread that asks it to.

    Events wait for a slow function in a queue of `MOST_WAITING`; beyond that, the oldest frequent ones are dropped.

    Args:
        function: takes an event as a plain record; its False stops the run. What it raises is a warning. None: nobody.
        warn: takes a warning of the run in one line, each kind once.

    Attributes:
        problems: the warnings.
    """

    def __init__(self, function: Callable[[dict[str, Any]], object] | None, warn: Callable[[str], None]) -> None:
        self._function = function
        self._report = warn
        self._waiting: deque[Event] = deque()
        self._warned: set[type[Exception] | None] = set()
        self.problems: list[str] = []

    @property
    def is_behind(self) -> bool:
        """Whether events wait."""
        return bool(self._waiting)

    def take(self, events: list[Event]) -> None:
        """Put events into the queue."""
        if self._function is None:
            return
        self._waiting.extend(events)
        excess = len(self._waiting) - MOST_WAITING
        if excess > 0:
            self._drop(excess)

    def tell_next(self) -> bool:
        """Call the function with the oldest event; return False if it wants the run to stop."""
        assert self._function is not None
        event = self._waiting.popleft()
        try:
            return self._function(to_record(event)) is not False
        except Exception as error:  # noqa: BLE001 - the caller's own code must not end the run
            self._warn(type(error), f"on_event raised {describe_error(error)}, first on {event.name}")
            return True

    def _drop(self, count: int) -> None:
        frequent = [index for index, event in enumerate(self._waiting) if isinstance(event, _FREQUENT)][:count]
        dropped = set(frequent)
        self._waiting = deque(event for index, event in enumerate(self._waiting) if index not in dropped)
        self._warn(None, f"on_event is slower than the run: frequent events are left out while {MOST_WAITING:,} wait")

    def _warn(self, kind: type[Exception] | None, message: str) -> None:
        """Warn once of each type of error, and once of events that were left out."""
        if kind not in self._warned:
            self._warned.add(kind)
            self.problems.append(message)
            self._report(message)


def follow_run(run: BackgroundRun, view: RunView, printer: ProgressPrinter, listener: Listener) -> None:
    """Start a run and follow it to its end.

    The first ctrl+c stops and saves it, and so does a KeyboardInterrupt that a handler of the host's own raises.

    Raises:
        KeyboardInterrupt: of a second ctrl+c.
    """
    follower = _Follower(run, view, printer, listener)
    interrupts = _Interrupts(run)
    with interrupts.caught():
        try:
            follower.follow()
        except KeyboardInterrupt:
            interrupts.take()
            follower.follow()
        finally:
            printer.close()


class _Follower:
    def __init__(self, run: BackgroundRun, view: RunView, printer: ProgressPrinter, listener: Listener) -> None:
        self._run, self._view, self._printer, self._listener = run, view, printer, listener
        self._news = threading.Event()

    def follow(self) -> None:
        """Start the run unless it is already started; return at its end."""
        self._run.start(self._news.set)
        while not self._run.is_over:
            self._news.wait(0.0 if self._listener.is_behind else REFRESH_SECONDS)
            self._news.clear()
            self._take_events()
            self._tell(time.monotonic() + REFRESH_SECONDS)
        self._run.join(CLOSING_SECONDS)
        self._take_events()
        self._tell(math.inf)

    def _take_events(self) -> None:
        drained = self._run.drain()
        for event in drained:
            self._printer.show(event, self._view.apply(event))
        self._listener.take(drained)
        self._printer.refresh(self._view)

    def _tell(self, deadline: float) -> None:
        """Tell the listener of waiting events until `deadline`, on a monotonic clock."""
        if self._listener.is_behind:
            self._printer.clear()
        while self._listener.is_behind and time.monotonic() < deadline:
            if not self._listener.tell_next():
                self._run.request(Stop(should_save=True))


class _Interrupts:
    """Ctrl+c while a run is followed: the first stops and saves the run, the second leaves it to do so alone."""

    def __init__(self, run: BackgroundRun) -> None:
        self._run = run
        self._count = 0

    def take(self) -> None:
        """Count an interrupt, and react.

        Raises:
            KeyboardInterrupt: it is not the first.
        """
        self._count += 1
        if self._count > 1:
            # A trainer that is cut off inside of torch at the end of the program would abort it.
            atexit.register(self._run.join, LEAVING_SECONDS)
            raise KeyboardInterrupt
        self._run.request(Stop(should_save=True))

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch SIGINT inside the block where Python's own handler would; any other handler is the host's business."""
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        del number
        self.take()
