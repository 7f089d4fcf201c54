"""Reads the journals of several runs on a thread of its own, and follows those that grow."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.events import Event, OutputWritten, RunEnded, RunFailed, RunInterrupted, RunStarted, WarningRaised
from dqn_tui.run_source import RunNews
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.journal_tail import JournalTail
from dqn_tui.runs.lock import is_locked

POLL_SECONDS = 0.5
# Pieces that wait for the screen; the reader waits in turn.
_MOST_WAITING = 32
# Warnings may come before the start of a run.
_HEAD_EVENTS = 20


class JournalReader:
    """The journals of run folders, as a `run_source.RunSource`.

    Raises:
        UsageError: a folder is no run, or its journal cannot be read.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.paths = [str(folder) for folder in folders]
        self._folders = [_check(folder) for folder in folders]
        self._tails = [JournalTail(folder.events) for folder in self._folders]
        self._news: deque[RunNews] = deque()
        self._changed = threading.Condition()
        self._is_closed = self._is_read = False
        self._last: list[Event | None] = [None] * len(folders)
        self._problems: list[str | None] = [None] * len(folders)
        self._thread: threading.Thread | None = None

    def start(self, on_news: Callable[[], None]) -> None:
        """Start to read; `on_news` is called on the thread of the reader."""
        self._thread = threading.Thread(target=self._run, args=(on_news,), name="journals", daemon=True)
        self._thread.start()

    def drain(self, most: int) -> list[RunNews]:
        """Return up to `most` pieces of news since the last call, oldest first."""
        with self._changed:
            taken = [self._news.popleft() for _ in range(min(most, len(self._news)))]
            self._changed.notify_all()
        return taken

    @property
    def is_read(self) -> bool:
        """Whether everything that the journals held at first has been handed over."""
        with self._changed:
            return self._is_read and not self._news

    def close(self) -> None:
        """Stop reading, wait for the thread, and close the journals."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        for tail in self._tails:
            tail.close()

    def read_all(self) -> list[RunNews]:
        """Return all that the journals hold now, without a thread."""
        return [news for index in range(len(self._tails)) for news in self._pieces(index)]

    def _run(self, on_news: Callable[[], None]) -> None:
        while not self._is_closed:
            for index in range(len(self._tails)):
                for news in self._pieces(index):
                    if not self._offer(news):
                        return
                    on_news()
            with self._changed:
                self._is_read = True
            on_news()
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed, POLL_SECONDS)

    def _pieces(self, index: int) -> Iterator[RunNews]:
        """Yield what is new of a run, and at last whether its process or its journal is gone."""
        try:
            is_live = is_locked(self._folders[index].path)
            tail = self._tails[index]
            while (seen := tail.read()) or not tail.is_at_end:
                yield self._news_of(index, seen)
            problem = None
        except OSError as error:
            is_live, problem = False, error.strerror or str(error)
        seen = [] if is_live else self._interruption(index)
        if seen or problem != self._problems[index]:
            self._problems[index] = problem
            yield self._news_of(index, seen)

    def _news_of(self, index: int, seen: Sequence[Event]) -> RunNews:
        # Output and warnings may follow the end of a run.
        steering = [event for event in seen if not isinstance(event, OutputWritten | WarningRaised)]
        self._last[index] = steering[-1] if steering else self._last[index]
        return RunNews(index, seen, self._problems[index])

    def _interruption(self, index: int) -> list[Event]:
        """Return the event that nobody wrote: the end of a run whose process is gone."""
        last = self._last[index]
        if last is None or isinstance(last, RunEnded | RunFailed | RunInterrupted):
            return []
        return [RunInterrupted(time=last.time, step=last.step)]

    def _offer(self, news: RunNews) -> bool:
        """Hand over a piece once there is room; return False if the reader is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or len(self._news) < _MOST_WAITING)
            self._news.append(news)
            return not self._is_closed


def _check(folder: Path) -> RunFolder:
    """Return the run folder.

    Raises:
        UsageError: it is none, or its journal cannot be read or does not begin with the start of a run.
    """
    run = RunFolder(folder)
    if not is_run_folder(folder):
        raise UsageError(f"{folder} is no run folder: it has no events.jsonl")
    try:
        head = list(islice(read_journal(run.events), _HEAD_EVENTS))
        is_starting = not head and is_locked(folder)
    except OSError as error:
        raise UsageError(f"run {folder} cannot be read: {error.strerror or error}") from None
    if not is_starting and not any(isinstance(event, RunStarted) for event in head):
        raise UsageError(f"run {folder} cannot be read: its journal does not begin with the start of a run")
    return run
