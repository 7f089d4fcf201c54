"""Shows a screen on the terminal for commands that train nothing."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from dqn_tui.commands.failure import report_failure
from dqn_tui.commands.signals import SignalTraps, signal_code
from dqn_tui.commands.terminal import Terminal

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


def app_exit_code(app: DqnTuiApp) -> int:
    """Return the exit code of an application that has ended; an error in it is reported."""
    if app.error is not None:
        return report_failure("screen", app.error)
    return signal_code(signal.SIGHUP) if app.was_lost else app.return_code or 0
