"""`dqn-tui`: prepares a run, chooses its viewer, and follows it to the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.commands.event_command import EventCommand, check_command
from dqn_tui.commands.foreign_output import ForeignOutput, show_on_errors
from dqn_tui.commands.front import Front, put_front_before
from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.streams import STDERR, STDOUT, own_descriptor, own_errors, own_output, say, silence
from dqn_tui.commands.terminal import has_terminal
from dqn_tui.errors import UsageError
from dqn_tui.events import EndReason
from dqn_tui.operations.event_files import check_tensorboard, tensorboard_files
from dqn_tui.operations.preparation import PreparedRun, RunOptions, prepare_run

if TYPE_CHECKING:
    from dqn_tui.commands.supervisor import Supervisor
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.recorder import Recorder
    from dqn_tui.training.background import BackgroundRun
    from dqn_tui.view.run_view import RunView

CLOSING_SECONDS = 10.0
"""Time limit for the environments to close after the end of the run."""


@dataclass(frozen=True)
class ViewOptions:
    """The options that decide how a run is shown.

    Attributes:
        marker: characters that charts are drawn with.
        is_headless: train without the dashboard.
        should_print_json: print events as JSON lines; implies headless.
        should_stop_on_hangup: stop and save the run when its terminal is lost.
        is_detached: train in the background once the run has started.
        notify: how its user is called; None for what is remembered.
        on_event: shell command that is given the events; None where there is none.
        should_write_tensorboard: write TensorBoard's event files into the run folder.
    """

    marker: str
    is_headless: bool
    should_print_json: bool
    should_stop_on_hangup: bool
    is_detached: bool
    notify: str | None = None
    on_event: str | None = None
    should_write_tensorboard: bool = False

    @property
    def wants_screen(self) -> bool:
        """Whether the dashboard is shown where there is a terminal for it."""
        return not (self.is_headless or self.should_print_json or self.is_detached)


def train(options: RunOptions, shown: ViewOptions) -> int:
    """Train; return the exit code.

    Prints, warnings and log records of the environment go to the run's `output.log` and to its events.

    Raises:
        UsageError: a setting, the environment, the runs folder, the run to resume or a command is not usable.
    """
    if shown.is_detached and shown.should_print_json:
        raise UsageError("--detach cannot be combined with --json: a run in the background prints nothing")
    start = Path.cwd()
    if shown.on_event is not None:
        check_command(shown.on_event)
    if shown.should_write_tensorboard:
        check_tensorboard()
    has_screen = _has_screen(shown)
    front = put_front_before() if has_screen or shown.is_detached else None
    with ForeignOutput() as output:
        try:
            prepared = prepare_run(options, say)
        except UsageError:
            show_on_errors("\n".join(output.read_end()))
            raise
        if shown.wants_screen and not has_screen:
            say("no terminal for the dashboard, so this run is headless (as with --no-ui)")
        return _train(prepared, options.imports, shown, output, start, front, has_screen=has_screen)


def _has_screen(shown: ViewOptions) -> bool:
    return shown.wants_screen and has_terminal() and os.environ.get("TERM") != "dumb"


def _train(
    prepared: PreparedRun,
    imports: tuple[str, ...],
    shown: ViewOptions,
    output: ForeignOutput,
    start: Path,
    front: Front | None,
    *,
    has_screen: bool,
) -> int:
    from dqn_tui.commands.supervisor import Supervisor
    from dqn_tui.operations.opening import open_recorder
    from dqn_tui.operations.steering import open_to_requests
    from dqn_tui.view.run_view import RunView

    view = RunView()
    recorder = open_recorder(prepared, view, say)
    run = _make_run(prepared, imports, recorder, output)
    supervisor = Supervisor(
        run, view, prepared.folder, should_stop_on_hangup=shown.should_stop_on_hangup, front=front, start=start
    )
    event_command = _open_event_command(run, prepared.folder, shown.on_event, start)
    event_files = tensorboard_files(run, prepared.folder, are_wanted=shown.should_write_tensorboard)
    with event_command or nullcontext(), open_to_requests(run, recorder), event_files, supervisor:
        if has_screen:
            code = _show_dashboard(supervisor, run, view, prepared, shown, start, can_detach=front is not None)
        elif shown.is_detached:
            code = supervisor.train_in_background()
        else:
            code = supervisor.show_headless(as_json=shown.should_print_json, notify=shown.notify)
        has_closed = run.join(CLOSING_SECONDS)
        if run.usage_error is not None:
            raise run.usage_error
        if view.failed is not None or not shown.should_print_json:
            _print_summary(view, prepared.folder, imports, start)
        if view.cause:
            say(f"run diverged at step {view.step:,}: {view.cause}")
        if recorder.problem is not None:
            say(recorder.problem)
            code = code or EndReason.FAILED.exit_code
        if not (run.close_rollouts(ROLLOUT_SECONDS) and has_closed):
            say("the environment does not respond; exiting without closing it")
            if event_command:
                event_command.close()
            leave_at_once(code)
    for warning in run.take_warnings():
        say(warning)
    return code


def _open_event_command(run: BackgroundRun, folder: RunFolder, command: str | None, start: Path) -> EventCommand | None:
    """Return the command, which is given the run's events from now on; None where there is none."""
    if command is None:
        return None
    opened = EventCommand(command, folder.path, start, run.report_warning)
    run.listeners.append(opened.take)
    return opened


def _make_run(
    prepared: PreparedRun, imports: tuple[str, ...], recorder: Recorder, output: ForeignOutput
) -> BackgroundRun:
    from dqn_tui.training.background import BackgroundRun

    folder = prepared.folder
    run = BackgroundRun(prepared.config, folder, recorder, prepared.saved, imports, prepared.preset)
    output.keep_in(folder.output_log)
    output.pass_on_to(run.report_output)
    run.collect_output = output.pass_on
    return run


def _show_dashboard(
    supervisor: Supervisor,
    run: BackgroundRun,
    view: RunView,
    prepared: PreparedRun,
    shown: ViewOptions,
    start: Path,
    *,
    can_detach: bool,
) -> int:
    from dqn_tui.operations.script_export import start_export
    from dqn_tui.preferences import user_file
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen

    config = prepared.config
    screen = DashboardScreen(
        run,
        env=config.env,
        seed=config.seed,
        marker=shown.marker,
        view=view,
        start=start,
        notify=shown.notify,
        can_detach=can_detach,
    )
    return supervisor.show_dashboard(DqnTuiApp(screen, user_file(), start_export=start_export))


def _print_summary(view: RunView, folder: RunFolder, imports: Sequence[str], start: Path) -> None:
    from dqn_tui.view.marker import detect_marker
    from dqn_tui.view.summary import summarize
    from dqn_tui.view.text import for_marker, plain, short_path

    out, number = (own_errors(), STDERR) if view.failed else (own_output(), STDOUT)
    marker = detect_marker(encoding=out.encoding)
    shorten = partial(short_path, start=start)
    lines = summarize(view, shorten(str(folder.path)), imports, shorten)
    try:
        out.write("".join(f"{for_marker(plain(line), marker)}\n" for line in lines))
        out.flush()
    except OSError:
        # The reader is gone. The rest of the buffer must not become an error at exit.
        silence(own_descriptor(number))
