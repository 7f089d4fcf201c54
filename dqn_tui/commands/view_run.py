"""`dqn-tui view`: the dashboard of a run that another process trains, or that has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.commands.foreign_output import ForeignOutput
from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.loading_rollout import LoadingRollout
from dqn_tui.commands.show_screen import show_screen
from dqn_tui.commands.streams import say
from dqn_tui.commands.terminal import has_terminal
from dqn_tui.errors import UsageError
from dqn_tui.operations.target import check_environment, find_run

if TYPE_CHECKING:
    from dqn_tui.attach.attached_run import AttachedRun
    from dqn_tui.config import Config
    from dqn_tui.rollout import RecordedEpisode
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.spaces import Spaces
    from dqn_tui.training.player import EpisodePlayer
    from dqn_tui.training.policy import Policy
    from dqn_tui.training.value_pictures.easel import Easel
    from dqn_tui.training.value_pictures.painting_thread import PaintingThread
    from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen


def view_run(target: str, *, runs_dir: Path, imports: tuple[str, ...], is_read_only: bool, marker: str) -> int:
    """Show the dashboard of a run; return the exit code. Leaving it does not stop the run.

    Raises:
        UsageError: RUN is not a run that can be read, or there is no terminal.
    """
    folder = find_run(target, runs_dir)
    if not has_terminal():
        raise UsageError("view needs a terminal; `dqn-tui control RUN status --json` describes a run without one")
    with ForeignOutput():
        viewed = ViewedRun(folder, imports, is_read_only=is_read_only)
        return _show(viewed, marker)


class ViewedRun:
    """A run that is looked at, and the rollouts of its policy.

    Args:
        folder: the run folder.
        imports: modules that register its environment.
        is_read_only: whether the run takes no requests from here.

    Raises:
        UsageError: the run cannot be read.
    """

    def __init__(self, folder: RunFolder, imports: tuple[str, ...], *, is_read_only: bool) -> None:
        from dqn_tui.attach.attached_run import AttachedRun
        from dqn_tui.runs.episode_reader import EpisodeReader
        from dqn_tui.runs.summaries import read_run_summary

        summary = read_run_summary(folder)
        if summary.problem is not None:
            raise UsageError(summary.problem)
        self._folder = folder
        self._imports = imports
        self._settings = summary.settings
        self._episodes = EpisodeReader(folder)
        self._rollouts: list[LoadingRollout | PaintingThread] = []
        self._run = AttachedRun(folder, self._play, self._paint, is_read_only=is_read_only)

    def make_screen(self, marker: str) -> DashboardScreen:
        """Return the dashboard."""
        from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen

        env, seed = self._settings.get("env"), self._settings.get("seed")
        # Time in which this process is stopped is the run's as any other.
        return DashboardScreen(
            self._run,
            env=str(env or self._folder.path.name),
            seed=seed if isinstance(seed, int) else None,
            marker=marker,
            working_clock=time.time,
        )

    def close(self) -> bool:
        """Stop following the run, and end the rollouts; return whether these ended in time."""
        self._run.close()
        for rollout in self._rollouts:
            rollout.close()
        return all(rollout.join(ROLLOUT_SECONDS) for rollout in self._rollouts)

    def _play(self, run: AttachedRun, episode: int | None) -> LoadingRollout:
        recorded = None if episode is None else self._episodes.read(episode)
        rollout = LoadingRollout(lambda: self._load_player(run, recorded), lambda: None)
        self._rollouts.append(rollout)
        return rollout

    def _paint(self, run: AttachedRun) -> PaintingThread:
        from dqn_tui.training.value_pictures.painting_thread import PaintingThread

        painter = PaintingThread(lambda: self._load_easel(run))
        self._rollouts.append(painter)
        return painter

    def _load_easel(self, run: AttachedRun) -> Easel:
        from dqn_tui.training.value_pictures.loading import load_easel

        config, _, fetch = self._prepare(run)
        return load_easel(config, self._folder, fetch, lambda: None)

    def _load_player(self, run: AttachedRun, recorded: RecordedEpisode | None) -> EpisodePlayer:
        from dqn_tui.training.player import EpisodePlayer
        from dqn_tui.training.policy_shelf import PolicyShelf

        config, spaces, fetch = self._prepare(run)
        shelf = PolicyShelf(fetch, self._folder, config, spaces)
        return EpisodePlayer(config, config.seed, lambda _: shelf, record=recorded, is_free=lambda: True)

    def _prepare(self, run: AttachedRun) -> tuple[Config, Spaces, Callable[[], Policy | None]]:
        """Return the run's settings, the spaces of its environment, and what fetches the policy that it has now."""
        from dqn_tui.config import parse_config
        from dqn_tui.training.policy_shelf import decode_fetched

        config = parse_config(self._settings)
        spaces = check_environment(config, self._imports, say, self._folder.path).spaces
        return config, spaces, decode_fetched(run.fetch_policy, config, spaces, self._folder.path)


def _show(viewed: ViewedRun, marker: str) -> int:
    code = show_screen(viewed.make_screen(marker))
    if not viewed.close():
        say("the environment does not respond; exiting without closing it")
        leave_at_once(code)
    return code
