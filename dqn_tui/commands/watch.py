"""`dqn-tui watch`: plays greedy episodes of a saved policy, or a training episode again, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.commands.foreign_output import ForeignOutput
from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.loading_rollout import LoadingRollout
from dqn_tui.commands.show_screen import exit_code_of_loaded, run_app
from dqn_tui.commands.streams import say
from dqn_tui.commands.terminal import has_terminal
from dqn_tui.errors import UsageError
from dqn_tui.events import EndReason
from dqn_tui.operations.script_export import start_export
from dqn_tui.operations.target import check_environment, find_checkpoint, find_own_run, read_training_episode

if TYPE_CHECKING:
    from dqn_tui.rollout import RecordedEpisode
    from dqn_tui.runs.checkpoint import Checkpoint
    from dqn_tui.training.player import EpisodePlayer


def watch_policy(
    target: str | None,
    *,
    runs_dir: Path,
    seed: int,
    imports: tuple[str, ...],
    should_take_last: bool,
    marker: str,
    episode: int | None = None,
) -> int:
    """Play greedy episodes of a saved policy, or a recorded training episode, in the terminal; return the exit code.

    The screen is drawn before torch and the environment are loaded. Output of the environment is dropped.

    Raises:
        UsageError: TARGET or its environment is not usable, the episode was not recorded, or there is no terminal.
    """
    from dqn_tui.runs.checkpoint import ONLINE, verify_file

    checkpoint = find_checkpoint(target, runs_dir, should_take_last=should_take_last)
    verify_file(checkpoint, ONLINE)
    recorded = None if episode is None else read_training_episode(checkpoint, episode)
    if not has_terminal():
        raise UsageError("watch needs a terminal; `dqn-tui eval` measures a policy without one")
    with ForeignOutput():
        return _watch(checkpoint, recorded, seed, imports, marker)


def _watch(
    checkpoint: Checkpoint, recorded: RecordedEpisode | None, seed: int, imports: tuple[str, ...], marker: str
) -> int:
    from dqn_tui.preferences import user_file
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.ui.theatre.watch_screen import WatchScreen

    def leave() -> None:
        app.call_from_anywhere(lambda: app.leave(EndReason.FAILED.exit_code))

    rollout = LoadingRollout(lambda: _load_player(checkpoint, recorded, seed, imports), leave)
    what = f" · training episode {recorded.number:,}" if recorded else ""
    run = find_own_run(checkpoint)
    place = checkpoint.path if run is None else run.path.name
    screen = WatchScreen(rollout, marker=marker, title=f"{checkpoint.config['env']}{what} · {place}")
    app = DqnTuiApp(screen, user_file(), start_export=start_export)
    run_app(app)
    code = exit_code_of_loaded(app, rollout.failure, rollout.error, loaded="policy", played="rollout")
    rollout.close()
    if not rollout.join(ROLLOUT_SECONDS):
        say("the environment does not respond; exiting without closing it")
        leave_at_once(code)
    return code


def _load_player(
    checkpoint: Checkpoint, recorded: RecordedEpisode | None, seed: int, imports: tuple[str, ...]
) -> EpisodePlayer:
    from dqn_tui.policy_choice import PolicyChoice
    from dqn_tui.runs.checkpoint import check_fit, read_settings
    from dqn_tui.training.player import EpisodePlayer
    from dqn_tui.training.policy import load_policy
    from dqn_tui.training.policy_shelf import LonePolicy, PolicyShelf

    config = read_settings(checkpoint)
    policy = load_policy(checkpoint, config)
    spaces = check_environment(config, imports, say, checkpoint.path).spaces
    check_fit(checkpoint, spaces)
    choice = PolicyChoice(checkpoint.path.name, checkpoint.step, checkpoint.eval_mean)
    lone, folder = LonePolicy(choice, policy), find_own_run(checkpoint)
    policies = lone if folder is None else PolicyShelf(None, folder, config, spaces)
    return EpisodePlayer(config, seed, lambda _: policies, choice=choice, record=recorded, is_free=lambda: True)
