"""Brings a run to its end, whatever becomes of those who watch it."""

from __future__ import annotations

import errno
import os
import signal
import threading
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from dqn_tui.commands.signals import FAILED_CODE, SignalTraps, signal_code
from dqn_tui.commands.terminal import STDOUT, Terminal, say, silence
from dqn_tui.control import Stop

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.training.background import BackgroundRun
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.view.run_view import RunView

PATIENCE_SECONDS = 10.0
"""For a viewer to leave after a signal, once the run is over."""
POLL_SECONDS = 0.2


class Supervisor:
    """Shows a run to its end, and knows what each end means for it. A context manager; signals are caught inside.

    - SIGINT and SIGTERM: the run is stopped after its step and saved. Where the viewer is stuck, such as in a write to
      a terminal that takes nothing, the program leaves without it once that is done.
    - SIGHUP, or a terminal that is gone without one: the run goes on with nobody watching, or is stopped and saved.
    - A reader of standard output that goes away ends the run like a signal does.
    - A viewer that raises, such as a widget, is given up. The run is stopped and saved rather than left to train on
      unseen: whoever sits there expects the prompt back, and `--resume` goes on from the checkpoint.
    """

    def __init__(self, run: BackgroundRun, view: RunView, folder: RunFolder, *, should_stop_on_hangup: bool) -> None:
        self._run = run
        self._view = view
        self._folder = folder
        self._should_stop_on_hangup = should_stop_on_hangup
        self._app: DqnTuiApp | None = None
        self._terminal = Terminal()
        self._traps = SignalTraps(self.take_signal, self._terminal)
        self._received: int | None = None
        self._is_ending, self._has_left = threading.Event(), threading.Event()

    def __enter__(self) -> Supervisor:
        threading.Thread(target=self._leave_where_stuck, name="leaver", daemon=True).start()
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
        """Show the run on a screen for as long as there is one; returns the exit code."""
        self._app = app
        with self._terminal.lent_to_screen():
            try:
                app.run()
            except Exception as error:  # noqa: BLE001 - an application that fails must not take the run with it
                app.error = app.error or error
        self._app = None
        if app.was_abandoned:
            say("the run did not stop and was left behind")
            os._exit(app.return_code or FAILED_CODE)
        if app.error is not None:
            return self._give_up("dashboard", app.error)
        if app.was_lost:
            self.take_signal(signal.SIGHUP)
            self._see_to_the_end()
        return self.exit_code

    def show_headless(self, json_stream: TextIO | None) -> int:
        """Print the run, as JSON where there is a stream for it; returns the exit code."""
        from dqn_tui.headless import LastingPrinter, follow, make_printer

        output = STDOUT if json_stream is None else json_stream.fileno()
        printer = LastingPrinter(make_printer(json_stream), partial(self._lose_output, output))
        try:
            follow(self._run, self._view, printer)
        except Exception as error:  # noqa: BLE001 - a printer that fails must not take the run with it
            printer.close()
            return self._give_up("printer", error)
        return self.exit_code

    def take_signal(self, number: int) -> None:
        """Do what a signal asks for; called in the middle of anything."""
        if number != signal.SIGHUP or self._should_stop_on_hangup:
            self._stop_for(number)
        if self._app is not None:
            self._app.take_signal(number)
        elif number == signal.SIGHUP:
            self._terminal.detach()

    @property
    def exit_code(self) -> int:
        """A bad end says more than the signal that came with it."""
        reason = self._view.end_reason
        if reason is not None and reason.exit_code:
            return reason.exit_code
        return 0 if self._received is None else signal_code(self._received)

    def _stop_for(self, number: int) -> None:
        if self._received is None:
            self._received = number
            self._run.request(Stop(should_save=True))
            self._is_ending.set()

    def _lose_output(self, output: int, error: OSError) -> None:
        """`output` takes nothing any more: what is still to be written to that descriptor goes nowhere."""
        silence(output)
        if error.errno == errno.EPIPE:
            say("nobody reads the output any more: the run is stopped and saved")
            self._stop_for(signal.SIGPIPE)
        elif error.errno == errno.EIO:
            self.take_signal(signal.SIGHUP)
        else:
            say(f"cannot write the output: {error.strerror or error}; training goes on without it")

    def _give_up(self, viewer: str, error: BaseException) -> int:
        from dqn_tui.runs.error_log import describe_error, locate_error, write_error_log

        log = write_error_log(self._folder, error)
        place = f"traceback in {log}" if log else f"raised at {locate_error(error)}"
        say(f"the {viewer} failed: {describe_error(error)}; the run is stopped and saved; {place}")
        self._run.request(Stop(should_save=True))
        self._see_to_the_end()
        return FAILED_CODE

    def _see_to_the_end(self) -> None:
        from dqn_tui.headless import SilentPrinter, follow

        follow(self._run, self._view, SilentPrinter())

    def _leave_where_stuck(self) -> None:
        self._is_ending.wait()
        while not self._run.has_ended:
            if self._has_left.wait(POLL_SECONDS):
                return
        if not self._has_left.wait(PATIENCE_SECONDS):
            self._terminal.put_back()
            os._exit(signal_code(self._received or signal.SIGTERM))
