"""Follows a run to its end, whatever happens to its viewer."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dqn_tui.commands.signals import SignalTraps, signal_code
from dqn_tui.commands.streams import STDERR, STDIN, STDOUT, own_descriptor, own_output, say, silence
from dqn_tui.commands.terminal import BUSY_SECONDS, Terminal
from dqn_tui.control import Detach, Stop
from dqn_tui.events import EndReason, RunFailed, SaveStarted
from dqn_tui.view.text import plain

if TYPE_CHECKING:
    from dqn_tui.commands.front import Front
    from dqn_tui.events import Event
    from dqn_tui.headless import Printer
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.training.background import BackgroundRun
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.view.run_view import RunView

VIEWER_SECONDS = 10.0
"""Time limit for a viewer to return after a signal, once the run has ended."""
STEP_SECONDS = 10.0
"""Time limit for the environment to return from a call after SIGTERM or SIGHUP."""
NOTICE_SECONDS = 1.0
"""Time after which a line says what the program is waiting for."""
POLL_SECONDS = 0.2


class Supervisor:
    """A context manager that shows a run to its end, and knows the exit code of each end; it catches signals inside.

    - SIGINT and SIGTERM: the run finishes its step, is saved, and ends. If the environment does not return within
      `STEP_SECONDS` of a SIGTERM, the process exits without it; after a SIGINT, a second one does that. If the viewer
      is blocked, as in a write to a terminal that takes nothing, the process exits once the run has ended.
    - SIGHUP, or a terminal that is lost without one: the run continues without a viewer, or is stopped and saved.
    - A closed pipe on standard output stops and saves the run, as a signal does.
    - A user who detaches gets the prompt back, and the run continues without a viewer.
    - A viewer that raises is replaced by none. The run is stopped and saved, not continued unseen: its user expects
      the prompt back, and `--resume` continues from the checkpoint.

    Args:
        run: is followed.
        view: takes its events.
        folder: its folder.
        should_stop_on_hangup: stop and save the run when its terminal is lost.
        front: the process that the shell waits for, if that is another one.
        start: folder that the program was started in; paths inside it are printed relative to it.
    """

    def __init__(
        self,
        run: BackgroundRun,
        view: RunView,
        folder: RunFolder,
        *,
        should_stop_on_hangup: bool,
        front: Front | None = None,
        start: Path | None = None,
    ) -> None:
        self._run = run
        self._view = view
        self._folder = folder
        self._should_stop_on_hangup = should_stop_on_hangup
        self._front = front
        self._start = start or Path.cwd()
        self._app: DqnTuiApp | None = None
        self._terminal = Terminal()
        self._traps = SignalTraps(self.take_signal, self._terminal)
        self._received: int | None = None
        self._has_time_limit = False
        self._is_ending, self._has_left = threading.Event(), threading.Event()

    def __enter__(self) -> Supervisor:
        threading.Thread(target=self._leave_when_stuck, name="leaver", daemon=True).start()
        self._traps.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_left.set()
        # Without a signal, the leaver's thread is still waiting for this.
        self._is_ending.set()
        self._traps.__exit__(kind, error, trace)

    def show_dashboard(self, app: DqnTuiApp) -> int:
        """Show the run on a screen as long as there is one; return the exit code."""
        from dqn_tui.ui.app.application import Departure

        self._app = app
        with self._terminal.lent_to_screen():
            try:
                app.run()
            except Exception as error:  # noqa: BLE001 - an application that fails must not take the run with it
                app.error = app.error or error
        self._app = None
        if app.departure is Departure.ABANDONED:
            say("the run did not stop and was abandoned")
            os._exit(app.return_code or EndReason.FAILED.exit_code)
        if app.error is not None:
            return self._give_up("dashboard", app.error)
        if app.departure is Departure.DETACHED and not self._run.is_over:
            self._print(self._describe_return())
            self._detach()
            self._follow_unseen()
        elif app.was_lost:
            self.take_signal(signal.SIGHUP)
            self._follow_unseen()
        return self.exit_code

    def show_headless(self, *, as_json: bool, notify: str | None = None) -> int:
        """Print the run to its end; return the exit code. On a terminal, call its user as `notify` says."""
        from dqn_tui.headless import LastingPrinter, follow

        printer = LastingPrinter(self._make_printer(notify, as_json=as_json), self._lose_output)
        try:
            follow(self._run, self._view, printer)
        except Exception as error:  # noqa: BLE001 - a printer that fails must not take the run with it
            printer.close()
            return self._give_up("printer", error)
        return self.exit_code

    def train_in_background(self) -> int:
        """Leave the terminal once the run has started, and follow it to its end; return the exit code."""
        from dqn_tui.headless import FirstEventPrinter, follow

        def leave_terminal(event: Event) -> None:
            if not isinstance(event, RunFailed):
                for line in self._describe_return():
                    say(line.strip())
                self._print([str(self._folder.path)])
                self._detach()

        follow(self._run, self._view, FirstEventPrinter(leave_terminal))
        return self.exit_code

    def _describe_return(self) -> list[str]:
        from dqn_tui.view.text import short_path

        run = shlex.quote(short_path(str(self._folder.path), self._start))
        return [
            f"training continues in the background, process {os.getpid()}; look at it, stop it:",
            f"  dqn-tui view {run}",
            f"  dqn-tui control {run} stop",
        ]

    def _print(self, lines: list[str]) -> None:
        with suppress(OSError):
            own_output().write("".join(f"{plain(line)}\n" for line in lines))
            own_output().flush()

    def _detach(self) -> None:
        """Release the terminal, or the pipes in its place, and end the process in front."""
        self._run.request(Detach())
        silence(STDIN, own_descriptor(STDOUT), own_descriptor(STDERR))
        self._terminal.detach()
        if self._front is not None:
            self._front.detach()

    def _make_printer(self, notify: str | None, *, as_json: bool) -> Printer:
        from dqn_tui.headless import BarPrinter, HeraldingPrinter, make_printer
        from dqn_tui.preferences import user_file
        from dqn_tui.view.herald import Herald, choose_notify
        from dqn_tui.view.marker import detect_marker
        from dqn_tui.view.window_title import WindowTitle

        stream = own_output()
        printer = make_printer(stream, as_json=as_json)
        if not isinstance(printer, BarPrinter):
            return printer

        def write(codes: str) -> None:
            stream.write(codes)
            stream.flush()

        self._terminal.title = WindowTitle(write)
        chosen, marker = choose_notify(notify, user_file().preferences.notify), detect_marker(encoding=stream.encoding)
        herald = Herald(self._view, write, chosen, marker=marker)
        return HeraldingPrinter(printer, herald, self._terminal.title, marker)

    def take_signal(self, number: int) -> None:
        """React to a signal; called between any two instructions of the main thread."""
        if number != signal.SIGHUP or self._should_stop_on_hangup:
            self._stop_for(number)
        if self._app is not None:
            self._app.take_signal(number)
        elif number == signal.SIGHUP:
            self._terminal.detach()

    @property
    def exit_code(self) -> int:
        """The exit code: of a failure or divergence, else of the signal that ended the run."""
        reason = self._view.end_reason
        if reason is not None and reason.exit_code:
            return reason.exit_code
        return 0 if self._received is None else signal_code(self._received)

    def _stop_for(self, number: int) -> None:
        self._has_time_limit = self._has_time_limit or number != signal.SIGINT
        if self._received is None:
            self._received = number
            self._run.request(Stop(should_save=True))
            self._is_ending.set()

    def _lose_output(self, error: OSError) -> None:
        """Discard what is still to be printed."""
        silence(own_descriptor(STDOUT))
        if error.errno == errno.EPIPE:
            say("the reader of standard output is gone; stopping and saving the run")
            self._stop_for(signal.SIGPIPE)
        elif error.errno == errno.EIO:
            self.take_signal(signal.SIGHUP)
        else:
            say(f"cannot write the output: {error.strerror or error}; training continues without it")

    def _give_up(self, viewer: str, error: BaseException) -> int:
        from dqn_tui.runs.error_log import describe_error, locate_error, write_error_log

        log = write_error_log(self._folder, error)
        place = f"traceback in {log}" if log else f"raised at {locate_error(error)}"
        say(f"the {viewer} failed: {describe_error(error)}; stopping and saving the run; {place}")
        self._run.request(Stop(should_save=True))
        self._follow_unseen()
        return EndReason.FAILED.exit_code

    def _follow_unseen(self) -> None:
        from dqn_tui.headless import SilentPrinter, follow

        follow(self._run, self._view, SilentPrinter())

    # --- the thread that exits where nothing else can ---

    def _leave_when_stuck(self) -> None:
        self._is_ending.wait()
        if not self._wait_for_run():
            self._leave(
                f"the environment did not respond within {STEP_SECONDS:.0f} s; exiting without a last checkpoint"
            )
        if not self._has_left.wait(VIEWER_SECONDS):
            self._leave("")

    def _wait_for_run(self) -> bool:
        """Wait until the run has ended or its viewer has returned; False once a time limit has passed.

        The limit counts from the newest event, and not while a checkpoint is written: a large one takes long.
        """
        newest, since, is_noticed = self._run.newest_event, time.monotonic(), False
        while not self._run.has_ended and not self._has_left.wait(POLL_SECONDS):
            if self._run.newest_event is not newest or isinstance(newest, SaveStarted) or not self._has_time_limit:
                newest, since = self._run.newest_event, time.monotonic()
                continue
            waited = time.monotonic() - since
            if waited > NOTICE_SECONDS and not is_noticed and not self._terminal.has_screen:
                _try_to_say(f"waiting up to {STEP_SECONDS:.0f} s for the step to finish")
                is_noticed = True
            if waited > STEP_SECONDS:
                return False
        return True

    def _leave(self, message: str) -> None:
        if message and not self._terminal.has_screen:
            _try_to_say(message)
            message = ""
        self._terminal.put_back(f"dqn-tui: {message}\r\n" if message else "")
        os._exit(signal_code(self._received or signal.SIGTERM))


def _try_to_say(message: str) -> None:
    """Say it unless standard error is blocked."""
    thread = threading.Thread(target=say, args=(message,), daemon=True)
    thread.start()
    thread.join(BUSY_SECONDS)
