"""Reads the runs on a thread of its own: those on the screen first, then the newest, and again what changes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from dqn_tui.errors import UsageError
from dqn_tui.ui.run_list.library import FoundRun, RunLibrary
from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.return_curve import ReturnCurve

LOOK_SECONDS = 1.0
"""Time between two looks at all runs."""
CURVE_SECONDS, SIZE_SECONDS = 3.0, 10.0
"""Least time between two looks at the curve and at the size of a run that changes."""
_PIECE_SECONDS = 0.03
# Between two pieces, the screen gets the interpreter lock.
_PAUSE_SECONDS = 0.004


@dataclass
class News:
    """What was read since the last look.

    Attributes:
        found: all runs by their names, newest first; None if that is unchanged.
        runs: runs that were read.
        curves, sizes: by path.
        problem: why the runs folder cannot be read; None if it can.
    """

    found: Sequence[ListedRun] | None = None
    runs: list[ListedRun] = field(default_factory=list)
    curves: dict[str, ReturnCurve] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    problem: str | None = None

    def __bool__(self) -> bool:
        return self.found is not None or bool(self.runs or self.curves or self.sizes or self.problem)


class _Kept:
    """What was last read of something of each run: with which stamp, and when."""

    def __init__(self, pause_seconds: float) -> None:
        self._pause = pause_seconds
        self._read: dict[str, tuple[Hashable, float]] = {}

    def is_due(self, found: FoundRun, now: float) -> bool:
        if found.run.path not in self._read:
            return True
        stamp, since = self._read[found.run.path]
        return stamp != found.stamp and now - since >= self._pause

    def note(self, found: FoundRun, now: float) -> None:
        self._read[found.run.path] = found.stamp, now

    def forget(self, path: str) -> None:
        self._read.pop(path, None)


class RunReader:
    """Follows a library. The screen collects the news at its own pace.

    It may be started before there is a screen; then it reads the newest runs, and waits for `want`.

    Args:
        library: where the runs are.
        screenful: runs that are read before there is a screen, as many as it will show.

    Attributes:
        on_news: called on the thread when it is known which runs there are, and when those on the screen are read.
    """

    def __init__(self, library: RunLibrary, screenful: int) -> None:
        self._library = library
        self._screenful = screenful
        self._lock = threading.Lock()
        self._news = News()
        self._wanted: tuple[str, ...] | None = None
        self.on_news: Callable[[], None] = lambda: None
        self._running: set[str] = set()
        self._found: dict[str, FoundRun] = {}
        self._summaries, self._curves, self._sizes = _Kept(0.0), _Kept(CURVE_SECONDS), _Kept(SIZE_SECONDS)
        self._wake = threading.Event()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="run reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; what is being read is not waited for."""
        self._is_stopped = True
        self._wake.set()

    def want(self, paths: Iterable[str]) -> None:
        """Read these runs before all others."""
        wanted = tuple(paths)
        if wanted != self._wanted:
            self._wanted = wanted
            self._wake.set()

    def look_again(self, path: str) -> None:
        """Read a run again at once, and look which runs there are."""
        for kept in (self._summaries, self._sizes):
            kept.forget(path)
        self._wake.set()

    def collect(self) -> News:
        """Return what was read since the last call."""
        with self._lock:
            news, self._news = self._news, News()
        return news

    # --- on the thread ---

    def _run(self) -> None:
        while not self._is_stopped:
            self._wake.clear()
            self.look()
            until = time.monotonic() + LOOK_SECONDS
            while not self._is_stopped and time.monotonic() < until and self.read_piece():
                time.sleep(_PAUSE_SECONDS)
            # Woken before its time, it reads what is on the screen now.
            self._wake.wait(max(0.0, until - time.monotonic()))

    def look(self) -> None:
        """Look which runs there are, and which of them changed."""
        try:
            found = self._library.find(self._running)
        except UsageError as error:
            with self._lock:
                self._news.problem = str(error)
            return
        is_new = [item.run.path for item in found] != list(self._found) or not found
        self._found = {item.run.path: item for item in found}
        self._running &= self._found.keys()
        if is_new:
            with self._lock:
                self._news.found = [item.run for item in found]
            self.on_news()

    def read_piece(self) -> bool:
        """Read for a moment; return whether there may be more to read."""
        until = time.monotonic() + _PIECE_SECONDS
        waiting = self._due(time.monotonic())
        on_screen = {found.run.path for found in self._on_screen()}
        is_screen_due = bool(waiting) and waiting[0][1].run.path in on_screen
        while waiting and time.monotonic() < until and not self._is_stopped:
            kept, found = waiting.popleft()
            kept.note(found, time.monotonic())
            try:
                self._read(kept, found)
            except UsageError:
                # It is gone; the next look says so.
                continue
        if is_screen_due and not (waiting and waiting[0][1].run.path in on_screen):
            self.on_news()
        return bool(waiting)

    def _on_screen(self) -> list[FoundRun]:
        """Return the runs on the screen; before there is one, those that it will show at first."""
        if self._wanted is None:
            return list(self._found.values())[: self._screenful]
        return [self._found[path] for path in self._wanted if path in self._found]

    def _due(self, now: float) -> deque[tuple[_Kept, FoundRun]]:
        """Return what is to be read: all of the runs on the screen, then the others by kind."""
        others = [] if self._wanted is None else list(self._found.values())
        kinds = (self._summaries, self._curves, self._sizes)
        groups = [(kept, runs) for runs in (self._on_screen(), others) for kept in kinds]
        due = ((kept, found) for kept, runs in groups for found in runs if kept.is_due(found, now))
        return deque({(id(kept), found.run.path): (kept, found) for kept, found in due}.values())

    def _read(self, kept: _Kept, found: FoundRun) -> None:
        path = found.run.path
        if kept is self._summaries:
            run = self._library.read(path)
            (self._running.add if run.is_running else self._running.discard)(path)
            with self._lock:
                self._news.runs.append(run)
        elif kept is self._curves:
            curve = self._library.read_curve(path)
            with self._lock:
                self._news.curves[path] = curve
        else:
            size_bytes = self._library.measure(path)
            with self._lock:
                self._news.sizes[path] = size_bytes
