"""A finished run in a few lines of plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dqn_tui.events import RunEnded, RunFailed
from dqn_tui.view.next_steps import next_steps
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, number

_INDENT = "  "


def summarize(
    view: RunView, run: str, imports: Sequence[str] = (), shorten: Callable[[str], str] = lambda path: path
) -> list[str]:
    """Return how the run ended, its results, its checkpoint, and the commands that come next.

    Of a run that failed, only the error: one line, for standard error.

    Each path and each command has a line of its own, to be copied.

    Args:
        view: the run.
        run: path of the run folder.
        imports: modules that register its environment, besides those that the run was started with.
        shorten: makes the paths in events pleasant to read.
    """
    if view.failed is not None:
        return _summarize_failure(view, view.failed, shorten)
    if view.ended is None:
        return [f"the run continues in {run}"]
    return [
        *_summarize_results(view, view.ended),
        *_summarize_checkpoint(view, view.ended, shorten),
        *_summarize_commands(view, run, imports),
    ]


def _summarize_failure(view: RunView, failed: RunFailed, shorten: Callable[[str], str]) -> list[str]:
    traceback = f"; traceback in {shorten(failed.error_log)}" if failed.error_log else ""
    problem = _describe_save_problem(view, failed, shorten)
    return [f"dqn-tui: run failed at step {view.step:,}: {failed.error}{traceback}", *problem]


def _summarize_results(view: RunView, ended: RunEnded) -> list[str]:
    return [
        f"{ended.reason.value} at step {ended.step:,}: {ended.episodes:,} episodes, {ended.updates:,} updates, "
        f"{duration(ended.wall_seconds)}, {ended.steps_per_second:,.0f} steps/s",
        f"mean return {number(ended.mean_return_100)} (last 100 episodes), "
        f"best evaluation {number(ended.best_eval_mean)}{_describe_goal(view.goal, ended.best_eval_mean)}",
    ]


def _describe_goal(goal: float | None, best: float | None) -> str:
    if goal is None or best is None:
        return ""
    return f"; goal {number(goal)} {'reached' if best >= goal else 'not reached'}"


def _summarize_checkpoint(view: RunView, ended: RunEnded, shorten: Callable[[str], str]) -> list[str]:
    problem = _describe_save_problem(view, ended, shorten)
    if ended.checkpoint:
        return ["checkpoint:", _INDENT + shorten(ended.checkpoint), *problem]
    return problem or [f"nothing was saved at the end; {_describe_newest(view, shorten)}"]


def _summarize_commands(view: RunView, run: str, imports: Sequence[str]) -> list[str]:
    """Return the commands that continue from the run; without a checkpoint, its folder."""
    steps = next_steps(view, run, imports)
    if not steps:
        return ["run folder:", _INDENT + run]
    return [f"{', '.join(step.purpose for step in steps)}:", *(_INDENT + step.command for step in steps)]


def _describe_save_problem(view: RunView, end: RunEnded | RunFailed, shorten: Callable[[str], str]) -> list[str]:
    """Return why the last save failed, if it did, and which checkpoint is left."""
    if not end.save_problem:
        return []
    return [f"dqn-tui: the last save failed: {end.save_problem}; {_describe_newest(view, shorten)}"]


def _describe_newest(view: RunView, shorten: Callable[[str], str]) -> str:
    saved = view.last_saved
    return f"newest checkpoint: {shorten(saved.path)}, of step {saved.step:,}" if saved else "there is no checkpoint"
