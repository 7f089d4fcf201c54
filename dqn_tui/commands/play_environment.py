"""`dqn-tui play`: a person plays an environment with the keys, alone or beside the policy of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.commands.foreign_output import ForeignOutput
from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.show_screen import exit_code_of_loaded, run_app
from dqn_tui.commands.streams import say
from dqn_tui.commands.terminal import has_terminal
from dqn_tui.config import Config
from dqn_tui.errors import UsageError
from dqn_tui.events import EndReason
from dqn_tui.operations.play_loading import load_beside_policy, load_environment
from dqn_tui.operations.target import find_checkpoint

if TYPE_CHECKING:
    from dqn_tui.training.person_player import Loaded


def play_environment(config: Config, *, seed: int, imports: tuple[str, ...], marker: str) -> int:
    """Let a person play an environment; return the exit code.

    The screen is drawn before the environment is loaded. Output of the environment is dropped.

    Raises:
        UsageError: the environment is not usable, or there is no terminal.
    """
    return _play(lambda: load_environment(config, imports, say), config.env, seed, marker)


def play_run(
    target: str, *, runs_dir: Path, seed: int, imports: tuple[str, ...], should_take_last: bool, marker: str
) -> int:
    """Let a person play the environment of a run beside its policy; return the exit code.

    Raises:
        UsageError: TARGET or its environment is not usable, or there is no terminal.
    """
    from dqn_tui.runs.checkpoint import ONLINE, verify_file

    checkpoint = find_checkpoint(target, runs_dir, should_take_last=should_take_last)
    verify_file(checkpoint, ONLINE)
    title = f"{checkpoint.config['env']} · {checkpoint.path}"
    return _play(lambda: load_beside_policy(checkpoint, imports, say), title, seed, marker)


def _play(load: Callable[[], Loaded], title: str, seed: int, marker: str) -> int:
    if not has_terminal():
        raise UsageError("play needs a terminal; `dqn-tui probe` looks at an environment without one")
    with ForeignOutput():
        from dqn_tui.preferences import user_file
        from dqn_tui.training.person_player import PersonPlayer
        from dqn_tui.ui.app.application import DqnTuiApp
        from dqn_tui.ui.play.play_screen import PlayScreen

        def leave() -> None:
            app.call_from_anywhere(lambda: app.leave(EndReason.FAILED.exit_code))

        player = PersonPlayer(load, seed, leave)
        app = DqnTuiApp(PlayScreen(player, marker=marker, title=title), user_file())
        run_app(app)
        code = exit_code_of_loaded(app, player.failure, player.error, loaded="environment", played="environment")
        player.close()
        if not player.join(ROLLOUT_SECONDS):
            say("the environment does not respond; exiting without closing it")
            leave_at_once(code)
        return code
