"""TensorBoard's event files of a run while it trains: a thread that follows the journal, as any viewer may."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

from dqn_tui.events import Event, RunResumed, RunStarted
from dqn_tui.exports.event_file import EventFile, has_event_files
from dqn_tui.exports.measurements import measure
from dqn_tui.runs.error_log import describe_error
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal_tail import JournalTail
from dqn_tui.runs.safe_open import require_folder

POLL_SECONDS = 1.0
CLOSING_SECONDS = 5.0
"""Time limit for writing the last events."""


class LiveTensorBoard:
    """Writes the run folder's `tensorboard/`, each time into a new file, until `close`; it never disturbs the run.

    The files of a run that is resumed are continued: what they have from after its checkpoint is void. A process that
    is killed may leave out its last second.

    Args:
        folder: The run folder; its journal exists, and ends where the run continues.
        on_problem: Called on the writer's thread with one line if the files can no longer be written; once at most.
    """

    def __init__(self, folder: RunFolder, on_problem: Callable[[str], None]) -> None:
        self._folder = folder
        self._on_problem = on_problem
        self._tail = JournalTail(folder.events)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tensorboard", daemon=True)
        self._has_history = False
        self._is_ready = threading.Event()

    def start(self) -> None:
        """Start to follow; return once the thread knows where the journal ends now."""
        self._thread.start()
        self._is_ready.wait(CLOSING_SECONDS)

    def close(self) -> None:
        """Write what the journal has now, and end; give up on a disk that does not respond."""
        self._is_over.set()
        self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        try:
            with closing(self._tail), closing(self._open()) as file:
                self._follow(file)
        except Exception as error:  # noqa: BLE001 - foreign code at the top of a thread
            problem = error.strerror if isinstance(error, OSError) and error.strerror else describe_error(error)
            self._on_problem(f"cannot write {self._folder.tensorboard}: {problem}; training continues without it")
        finally:
            self._is_ready.set()

    def _open(self) -> EventFile:
        folder = self._folder.tensorboard
        require_folder(folder)
        folder.mkdir(exist_ok=True)
        self._has_history = has_event_files(folder)
        if self._has_history:
            self._tail.skip()
        self._is_ready.set()
        return EventFile(folder)

    def _follow(self, file: EventFile) -> None:
        is_last = False
        while not is_last:
            is_last = self._is_over.wait(POLL_SECONDS)
            self._write_new(file)

    def _write_new(self, file: EventFile) -> None:
        is_behind = True
        while is_behind:
            new = self._tail.read()
            for event in new:
                self._write(file, event)
            is_behind = not self._tail.is_at_end
        if new:
            file.flush()

    def _write(self, file: EventFile, event: Event) -> None:
        if isinstance(event, RunStarted):
            # Not the first time where the journal was replaced: everything comes again.
            if self._has_history:
                file.void_from(0)
            file.add_settings(event.config, event.time)
        elif isinstance(event, RunResumed):
            file.void_from(event.step + 1)
        elif metrics := measure(event):
            file.add(event.step, event.time, metrics)
        self._has_history = True
