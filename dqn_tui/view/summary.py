"""A finished run in a few lines of plain text."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dqn_tui.events import RunEnded, RunFailed
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, number


def summarize(view: RunView, run: str, imports: Sequence[str] = ()) -> list[str]:
    """Return how the run ended, its results, its checkpoint, and the command that watches it.

    `imports` are modules that register its environment, besides those that the run was started with.
    """
    if view.failed is not None:
        return _summarize_failure(view, view.failed)
    if view.ended is None:
        return [f"the run continues in {run}"]
    return [*_summarize_results(view.ended), *_summarize_checkpoint(view, view.ended, run, imports)]


def _summarize_failure(view: RunView, failed: RunFailed) -> list[str]:
    traceback = f"; traceback in {failed.error_log}" if failed.error_log else ""
    return [
        f"dqn-tui: run failed at step {view.step:,}: {failed.error}{traceback}",
        *_summarize_save_problem(view, failed),
    ]


def _summarize_results(ended: RunEnded) -> list[str]:
    return [
        f"{ended.reason} at step {ended.step:,}: {ended.episodes:,} episodes, {ended.updates:,} updates, "
        f"{duration(ended.wall_seconds)}, {ended.steps_per_second:,.0f} steps/s",
        f"mean return {number(ended.mean_return_100)} (last 100 episodes), "
        f"best evaluation {number(ended.best_eval_mean)}",
    ]


def _summarize_checkpoint(view: RunView, ended: RunEnded, run: str, imports: Sequence[str]) -> list[str]:
    if not ended.checkpoint:
        lines = [f"run folder  {run}"]
        return lines + (_summarize_save_problem(view, ended) or [f"nothing was saved at the end; {_newest(view)}"])
    modules = dict.fromkeys([*view.imports, *imports])
    command = shlex.join(["dqn-tui", "watch", run, *(word for name in modules for word in ("--import", name))])
    return [f"checkpoint  {ended.checkpoint}", f"watch it    {command}", *_summarize_save_problem(view, ended)]


def _summarize_save_problem(view: RunView, end: RunEnded | RunFailed) -> list[str]:
    """Return why the last save failed, if it did, and which checkpoint is left."""
    return [f"dqn-tui: the last save failed: {end.save_problem}; {_newest(view)}"] if end.save_problem else []


def _newest(view: RunView) -> str:
    saved = view.last_saved
    return f"newest checkpoint: {saved.path}, of step {saved.step:,}" if saved else "there is no checkpoint"
