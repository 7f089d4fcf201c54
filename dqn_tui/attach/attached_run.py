"""A run of another process, or of the past, as its viewers see it: `control.TrainingRun`."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.attach.client import NoAnswerError, ask, fetch_policy
from dqn_tui.attach.messages import Weights, to_message
from dqn_tui.attach.reach import find_refusal
from dqn_tui.control import Access, Request
from dqn_tui.events import Event, RunEnded, RunFailed, RunInterrupted, RunResumed, RunStarted
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal_tail import JournalTail
from dqn_tui.runs.lock import Holder, is_locked, read_holder

if TYPE_CHECKING:
    from dqn_tui.rollout import Rollout
    from dqn_tui.value_pictures import ValuePictures

POLL_SECONDS = 0.1
LOCK_SECONDS = 1.0
_STARTS, _ENDS = (RunStarted, RunResumed), (RunEnded, RunFailed, RunInterrupted)
MOST_WAITING = 20_000
"""Events that wait for the viewer; the rest of a long journal is read when it has taken them."""


class AttachedRun:
    """Follows a run through its journal, and steers it through its socket where there is one.

    It can end, be killed, and be resumed by another process while it is followed.

    Args:
        folder: the run folder.
        play: starts a rollout with the newest policy, or of the recorded episode with this number.
        paint: starts pictures of its value function.
        is_read_only: whether requests are refused in any case.
    """

    def __init__(
        self,
        folder: RunFolder,
        play: Callable[[AttachedRun, int | None], Rollout],
        paint: Callable[[AttachedRun], ValuePictures],
        *,
        is_read_only: bool,
    ) -> None:
        self._folder = folder
        self._play = play
        self._paint = paint
        self._is_read_only = is_read_only
        self._tail = JournalTail(folder.events)
        self._inbox: deque[Event] = deque()
        self._has_room = threading.Event()
        self._is_closing = threading.Event()
        self._on_news: Callable[[], None] = lambda: None
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._access = Access(is_own=False, is_loading=True, refusal="it is still being read")
        self._socket: Path | None = None
        self._newest: Event | None = None
        self._has_ended = False
        self._threads = [
            threading.Thread(target=self._follow, name="follower", daemon=True),
            threading.Thread(target=self._send_requests, name="steering", daemon=True),
        ]

    def start(self, on_news: Callable[[], None]) -> None:
        """Start following; `on_news` is called on the follower's thread."""
        self._on_news = on_news
        for thread in self._threads:
            thread.start()

    def request(self, request: Request) -> None:
        """Send a request soon; never blocks. One that does not arrive shows in `access`."""
        self._requests.put(request)

    def drain(self) -> list[Event]:
        """Return the events since the last call, oldest first."""
        drained = []
        while self._inbox:
            drained.append(self._inbox.popleft())
        self._has_room.set()
        return drained

    def start_rollout(self, episode: int | None = None) -> Rollout:
        """Play greedy episodes with the newest policy there is, or a recorded training episode again."""
        return self._play(self, episode)

    def start_value_pictures(self) -> ValuePictures:
        """Paint pictures of the value function of the newest policy there is, or of any checkpoint."""
        return self._paint(self)

    @property
    def access(self) -> Access:
        """What can be done with the run now."""
        return self._access

    def fetch_policy(self) -> Weights | None:
        """Return the weights that the run has now; None where it does not answer. Blocks for some seconds at most."""
        path = self._socket
        try:
            return None if path is None else fetch_policy(path)
        except NoAnswerError:
            return None

    def close(self) -> None:
        """Stop following; the run itself is not touched."""
        self._is_closing.set()
        self._has_room.set()
        self._requests.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(LOCK_SECONDS)

    # --- events ---

    def _follow(self) -> None:
        looked_at = -LOCK_SECONDS
        while not self._is_closing.is_set():
            problem = self._read()
            is_behind = problem is None and not (self._tail.is_at_end and self._is_past_taken)
            if not is_behind and time.monotonic() - looked_at >= LOCK_SECONDS:
                looked_at = time.monotonic()
                self._look_at_process(problem)
            if is_behind:
                self._wait_for_room()
            else:
                self._is_closing.wait(POLL_SECONDS)
        self._tail.close()

    @property
    def _is_past_taken(self) -> bool:
        """Whether the viewer has taken all that had happened before it came."""
        return not (self._access.is_loading and self._inbox)

    def _read(self) -> str | None:
        """Take in new events; return why the journal cannot be read."""
        try:
            new = self._tail.read()
        except OSError as error:
            return f"{self._folder.events}: {error.strerror or error}"
        if new:
            self._publish(*new)
        return None

    def _publish(self, *new: Event) -> None:
        self._newest = new[-1]
        # Output and warnings may follow the end.
        marks = (event for event in reversed(new) if isinstance(event, (*_STARTS, *_ENDS)))
        if (mark := next(marks, None)) is not None:
            self._has_ended = isinstance(mark, _ENDS)
        self._inbox.extend(new)
        self._on_news()

    def _wait_for_room(self) -> None:
        most = 0 if self._tail.is_at_end else MOST_WAITING
        while len(self._inbox) > most and not self._is_closing.is_set():
            self._has_room.wait(POLL_SECONDS)
            self._has_room.clear()

    # --- the process ---

    def _look_at_process(self, problem: str | None) -> None:
        """Find out whether the run is alive and takes requests; a run that died without a last event is interrupted."""
        try:
            is_alive, holder = is_locked(self._folder.path), read_holder(self._folder.path)
        except OSError:
            is_alive, holder = False, None
        if problem is None and not is_alive:
            # It may have ended between the last look at the journal and that at the lock.
            problem = self._read()
            if holder is None or holder.is_local:
                self._notice_death()
        refusal = problem or self._find_refusal(holder, is_alive=is_alive)
        self._socket = None if refusal or holder is None or holder.socket is None else Path(holder.socket)
        self._set_access(refusal)

    def _notice_death(self) -> None:
        newest = self._newest
        if newest is not None and not self._has_ended:
            self._publish(RunInterrupted(time=newest.time, step=newest.step))

    def _find_refusal(self, holder: Holder | None, *, is_alive: bool) -> str | None:
        """Return why the run takes no requests from here; None where it does."""
        refusal = find_refusal(holder, is_alive=is_alive)
        return "as asked for with --read-only" if refusal is None and self._is_read_only else refusal

    def _set_access(self, refusal: str | None) -> None:
        access = Access(is_own=False, is_loading=False, refusal=refusal)
        if access != self._access:
            self._access = access
            self._on_news()

    # --- requests ---

    def _send_requests(self) -> None:
        while (request := self._requests.get()) is not None:
            path = self._socket
            if path is None:
                continue
            try:
                ask(path, to_message(request))
            except (NoAnswerError, ValueError) as error:
                self._socket = None
                self._set_access(str(error))
