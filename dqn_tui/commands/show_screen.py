"""Shows a screen on the terminal for commands that train nothing."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from dqn_tui.commands.failure import report_failure
from dqn_tui.commands.signals import SignalTraps, signal_code
from dqn_tui.commands.streams import say
from dqn_tui.commands.terminal import Terminal
from dqn_tui.errors import UsageError
from dqn_tui.events import EndReason

if TYPE_CHECKING:
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.ui.app.scene_screen import SceneScreen


def show_screen(screen: SceneScreen) -> int:
    """Show a screen until the user leaves it; return the exit code."""
    from dqn_tui.operations.script_export import start_export
    from dqn_tui.preferences import user_file
    from dqn_tui.ui.app.application import DqnTuiApp

    app = DqnTuiApp(screen, user_file(), start_export=start_export)
    run_app(app)
    return app_exit_code(app)


def run_app(app: DqnTuiApp) -> None:
    """Run an application with its signals; a lost terminal is released."""
    terminal = Terminal()
    with SignalTraps(app.take_signal, terminal), terminal.lent_to_screen():
        app.run()
    if app.was_lost and app.error is None:
        terminal.detach()


def exit_code_of_loaded(
    app: DqnTuiApp, failure: BaseException | None, error: str | None, *, loaded: str, played: str
) -> int:
    """Return the exit code of an application whose screen showed what another thread loaded and played.

    Args:
        app: it has ended.
        failure: what loading raised.
        error: why it ended by itself later, in one line.
        loaded, played: what could not be loaded, and what failed later.

    Raises:
        UsageError: `failure`, where it is one.
    """
    if isinstance(failure, UsageError):
        raise failure
    if failure is not None:
        return report_failure(loaded, failure)
    if app.error is None and error is not None:
        say(f"the {played} failed: {error}")
        return EndReason.FAILED.exit_code
    return app_exit_code(app)


def app_exit_code(app: DqnTuiApp) -> int:
    """Return the exit code of an application that has ended; an error in it is reported."""
    if app.error is not None:
        return report_failure("screen", app.error)
    return signal_code(signal.SIGHUP) if app.was_lost else app.return_code or 0
