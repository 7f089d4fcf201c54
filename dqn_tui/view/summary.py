"""A run that is over, in a few lines of plain text."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dqn_tui.events import RunEnded, RunFailed
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, number


def find_divergence(view: RunView) -> str | None:
    """Where numbers that are not finite came from: the warning that was the last word before the end."""
    if view.ended is None or view.ended.reason != "diverged":
        return None
    return next((line.text for line in reversed(view.log) if line.level == "warning"), None)


def summarize(view: RunView, run: str, imports: Sequence[str] = ()) -> list[str]:
    """How the run ended, what it reached, where its checkpoint is, and the command that watches it.

    `imports` are the modules whose environments it needed.
    """
    if view.failed is not None:
        log = f"; traceback in {view.failed.error_log}" if view.failed.error_log else ""
        return [
            f"dqn-tui: run failed at step {view.step:,}: {view.failed.error}{log}",
            *_tell_unsaved(view, view.failed),
        ]
    ended = view.ended
    if ended is None:
        return [f"the run goes on in {run}"]
    lines = [
        f"{ended.reason} at step {ended.step:,}: {ended.episodes:,} episodes, {ended.updates:,} updates, "
        f"{duration(ended.wall_seconds)}, {ended.steps_per_second:,.0f} steps/s",
        f"mean return {number(ended.mean_return_100)} (last 100 episodes), "
        f"best evaluation {number(ended.best_eval_mean)}",
    ]
    if ended.checkpoint:
        command = shlex.join(["dqn-tui", "watch", run, *(word for name in imports for word in ("--import", name))])
        lines += [f"checkpoint  {ended.checkpoint}", f"watch it    {command}"]
    else:
        lines.append(f"run folder  {run} (no last checkpoint was saved)")
    return lines + _tell_unsaved(view, ended)


def _tell_unsaved(view: RunView, end: RunEnded | RunFailed) -> list[str]:
    """That the last save failed, and what there is instead."""
    if not end.save_problem:
        return []
    saved = view.last_saved
    newest = f"the newest checkpoint is {saved.path}, of step {saved.step:,}" if saved else "there is no checkpoint"
    return [f"dqn-tui: the last save failed: {end.save_problem}; {newest}"]
