"""A finished run in a few lines of plain text."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from dqn_tui.events import EndReason, RunEnded, RunFailed
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, number

_INDENT = "  "


def summarize(
    view: RunView, run: str, imports: Sequence[str] = (), shorten: Callable[[str], str] = lambda path: path
) -> list[str]:
    """Return how the run ended, its results, its checkpoint, and the commands that come next.

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
    modules = dict.fromkeys([*view.imports, *imports])
    options = [word for name in modules for word in ("--import", name)]
    return [
        *_summarize_results(view, view.ended),
        *_summarize_checkpoint(view, view.ended, shorten),
        *_summarize_commands(view, view.ended, run, options),
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


def _summarize_commands(view: RunView, ended: RunEnded, run: str, options: list[str]) -> list[str]:
    """Return the commands that watch, evaluate and resume or extend the run, if it has a checkpoint."""
    if not (ended.checkpoint or view.last_saved):
        return ["run folder:", _INDENT + run]
    labels, commands = ["watch it", "evaluate it"], [["watch", run], ["eval", run]]
    if ended.reason is EndReason.STOPPED:
        labels, commands = [*labels, "resume it"], [*commands, ["--resume", run]]
    elif ended.reason is EndReason.COMPLETED:
        steps = str(2 * view.total_timesteps)
        labels, commands = [*labels, "extend it"], [*commands, ["--resume", run, "--steps", steps]]
    lines = (shlex.join(["dqn-tui", *command, *options]) for command in commands)
    return [f"{', '.join(labels)}:", *(_INDENT + line for line in lines)]


def _describe_save_problem(view: RunView, end: RunEnded | RunFailed, shorten: Callable[[str], str]) -> list[str]:
    """Return why the last save failed, if it did, and which checkpoint is left."""
    if not end.save_problem:
        return []
    return [f"dqn-tui: the last save failed: {end.save_problem}; {_describe_newest(view, shorten)}"]


def _describe_newest(view: RunView, shorten: Callable[[str], str]) -> str:
    saved = view.last_saved
    return f"newest checkpoint: {shorten(saved.path)}, of step {saved.step:,}" if saved else "there is no checkpoint"
