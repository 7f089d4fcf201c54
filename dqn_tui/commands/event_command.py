"""Gives the events of a run to a shell command of the user: `--on-event`."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from dqn_tui import events
from dqn_tui.commands.streams import say
from dqn_tui.errors import UsageError
from dqn_tui.event_json import to_json
from dqn_tui.events import Event
from dqn_tui.settings import EVENT_VARIABLE, RUN_VARIABLE

LIMIT_SECONDS = 10.0
"""Time limit for one command, then it is killed with all processes of its group."""
DRAIN_SECONDS = 5.0
"""Time from the end of the run in which waiting events other than the last one still get their turn."""
MOST_WAITING = 100
NOTICE_SECONDS = 1.0
# Frequent, or followed by an event that says what came of it.
_LEFT_OUT = (events.Progress, events.EpisodeEnded, events.OutputWritten, events.EvaluationStarted, events.SaveStarted)


class EventCommand:
    """A context manager with a thread that runs the command for one event after the other, never beside another.

    The command is run by `/bin/sh`, in its own session, so that neither ctrl+c nor a lost terminal ends it. It gets the
    event as one JSON line on standard input, its name and the run folder as variables. What it prints goes where the
    environment's output goes.

    Args:
        command: the shell command.
        run: the run folder.
        start: folder that the command is run in.
        warn: takes a warning in one line, each kind once; called on the thread.

    Raises:
        UsageError: the command is empty.
    """

    def __init__(self, command: str, run: Path, start: Path, warn: Callable[[str], None]) -> None:
        check_command(command)
        self._command = command
        self._start = start
        self._variables = dict(os.environ) | {RUN_VARIABLE: str(run)}
        self._warn = warn
        self._warned: set[str] = set()
        self._waiting: deque[Event] = deque()
        self._condition = threading.Condition()
        self._deadline: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._work, name="on-event", daemon=True)

    def __enter__(self) -> EventCommand:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def take(self, event: Event) -> None:
        """Put the event into the queue, in place of the oldest one if that is full; called on any thread, never blocks.

        Progress, ends of episodes, output, and starts of evaluations and saves are left out.
        """
        if isinstance(event, _LEFT_OUT):
            return
        with self._condition:
            self._waiting.append(event)
            is_full = len(self._waiting) > MOST_WAITING
            if is_full:
                self._waiting.popleft()
            self._condition.notify()
        if is_full:
            self._warn_once("full", f"the command is slower than the events; the oldest of {MOST_WAITING} are dropped")

    def close(self) -> None:
        """Wait until the command has had the last event, at most `DRAIN_SECONDS` and twice the limit of a command."""
        with self._condition:
            if self._deadline is None:
                self._deadline = time.monotonic() + DRAIN_SECONDS
            self._condition.notify()
        try:
            self._thread.join(NOTICE_SECONDS)
            if self._thread.is_alive():
                say("waiting for the command of --on-event")
                self._thread.join(DRAIN_SECONDS + 2 * LIMIT_SECONDS)
        finally:
            # After an interrupt, too.
            self._kill()

    def _work(self) -> None:
        while (event := self._next()) is not None:
            self._run(event)

    def _next(self) -> Event | None:
        """Wait for the next event; None once there are no more."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._deadline is not None)
            if self._deadline is not None and time.monotonic() > self._deadline and len(self._waiting) > 1:
                self._waiting = deque(list(self._waiting)[-1:])
                self._warn_once("full", "the command is slower than the events; those before the last are dropped")
            return self._waiting.popleft() if self._waiting else None

    def _run(self, event: Event) -> None:
        try:
            self._process = subprocess.Popen(
                self._command,
                shell=True,
                stdin=subprocess.PIPE,
                cwd=self._start,
                env=self._variables | {EVENT_VARIABLE: event.name},
                start_new_session=True,
            )
        except OSError as error:
            self._warn_once("start", f"the command cannot be started: {error.strerror or error}")
            return
        try:
            self._process.communicate(to_json(event) + b"\n", timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
            self._warn_once("slow", f"the command was killed on {event.name}: it took longer than {LIMIT_SECONDS:g} s")
        else:
            self._check(self._process.returncode, event)

    def _check(self, code: int, event: Event) -> None:
        if code:
            how = f"with exit code {code}" if code > 0 else f"by signal {-code}"
            self._warn_once("code", f"the command ended {how} on {event.name}; its output is in output.log")

    def _kill(self) -> None:
        """Kill the command that is running, if one is, and all that it started in its group."""
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _warn_once(self, kind: str, message: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            self._warn(f"--on-event: {message}")


def check_command(command: str) -> None:
    """Refuse a command that is empty.

    Raises:
        UsageError: the command is empty.
    """
    if not command.strip():
        raise UsageError(f"--on-event must be a shell command, got {command!r}")
