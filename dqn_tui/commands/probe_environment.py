"""`dqn-tui probe`: what a random policy meets in an environment, on a screen, as text or as JSON."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from dqn_tui.commands.failure import report_failure
from dqn_tui.commands.foreign_output import ForeignOutput, show_on_errors
from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.show_screen import app_exit_code, run_app
from dqn_tui.commands.streams import STDOUT, own_descriptor, own_output, print_json, print_text, say
from dqn_tui.commands.terminal import has_terminal
from dqn_tui.config import Config
from dqn_tui.errors import UsageError
from dqn_tui.events import EndReason

if TYPE_CHECKING:
    from dqn_tui.probe_report import ProbeReport

_PIPE_WIDTH = 100


def probe_environment(
    config: Config, *, steps: int, seed: int, imports: tuple[str, ...], as_json: bool, marker: str
) -> int:
    """Probe an environment; return the exit code.

    Without a screen, output of the environment goes to standard error; else it is dropped.

    Raises:
        UsageError: the environment is not usable.
    """
    if not as_json and has_terminal() and os.isatty(own_descriptor(STDOUT)) and os.environ.get("TERM") != "dumb":
        return _show(config, steps, seed, imports, marker)
    with ForeignOutput() as output:
        output.pass_on_to(show_on_errors)
        try:
            report = _probe(config, steps, seed, imports)
        except UsageError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the environment's own code
            return report_failure("probe", error)
        output.pass_on()
        _print(report, as_json=as_json)
    return 0


def _probe(config: Config, steps: int, seed: int, imports: tuple[str, ...]) -> ProbeReport:
    from dqn_tui.operations.probing import open_environment, probe

    environment = open_environment(config, imports, say)
    try:
        return probe(environment, config, steps=steps, seed=seed)
    finally:
        environment.close()


def _print(report: ProbeReport, *, as_json: bool) -> None:
    from dqn_tui.view.marker import detect_marker
    from dqn_tui.view.probe_json import probe_values
    from dqn_tui.view.probe_sections import probe_text
    from dqn_tui.view.text import for_marker

    if as_json:
        print_json(probe_values(report))
        return
    marker = detect_marker(encoding=own_output().encoding)
    width = shutil.get_terminal_size((_PIPE_WIDTH, 1)).columns
    print_text("\n".join(for_marker(line, marker) for line in probe_text(report, width, marker).splitlines()))


def _show(config: Config, steps: int, seed: int, imports: tuple[str, ...], marker: str) -> int:
    with ForeignOutput():
        from dqn_tui.operations.probe_thread import ProbeThread
        from dqn_tui.preferences import user_file
        from dqn_tui.ui.app.application import DqnTuiApp
        from dqn_tui.ui.probe.probe_screen import ProbeScreen

        def leave() -> None:
            app.call_from_anywhere(lambda: app.leave(EndReason.FAILED.exit_code))

        thread = ProbeThread(config, steps=steps, seed=seed, imports=imports, warn=say, on_failure=leave)
        app = DqnTuiApp(ProbeScreen(thread, env=config.env, marker=marker), user_file())
        run_app(app)
        code = app_exit_code(app)
        thread.close()
        if isinstance(thread.failure, UsageError):
            raise thread.failure
        if code == 0 and thread.error is not None:
            say(f"the probe failed: {thread.error}")
            code = EndReason.FAILED.exit_code
        if not thread.join(ROLLOUT_SECONDS):
            say("the environment does not respond; exiting without closing it")
            leave_at_once(code)
        return code
