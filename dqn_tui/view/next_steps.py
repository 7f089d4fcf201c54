"""The commands that continue from a run that has ended: watch, evaluate, extend, resume."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple

from dqn_tui.config import LINEAR_PREFIX
from dqn_tui.events import EndReason
from dqn_tui.view.run_view import RunView


class NextStep(NamedTuple):
    """What the user can do next, in two words, and the command line for it."""

    purpose: str
    command: str


def next_steps(view: RunView, run: str, imports: Sequence[str] = ()) -> list[NextStep]:
    """Return the commands that work for a run that has ended; none without a checkpoint.

    Args:
        view: the run.
        run: the path of its folder.
        imports: modules that register its environment, besides those that the run was started with.
    """
    modules = dict.fromkeys([*view.imports, *imports])
    code = [word for name in modules for word in ("--import", name)]
    code += [word for wrapper in view.config.get("wrappers") or () for word in ("--wrap", str(wrapper))]
    if _last_checkpoint(view) is None and not view.checkpoints:
        return []
    purpose, *options = _continuation(view)
    return [
        NextStep("watch it", shlex.join(["dqn-tui", "watch", run, *code])),
        NextStep("evaluate it", shlex.join(["dqn-tui", "eval", run, *code])),
        NextStep(purpose, shlex.join(["dqn-tui", "--resume", run, *options, *code])),
    ]


def _last_checkpoint(view: RunView) -> str | None:
    end = view.failed or view.ended
    return end.checkpoint if end is not None else None


def _continuation(view: RunView) -> tuple[str, ...]:
    """Return what a resumed run is for, and the options without which it would change nothing."""
    match view.end_reason:
        case EndReason.COMPLETED:
            return "extend it", *_more_steps(view)
        case EndReason.SOLVED:
            more = _more_steps(view) if view.step >= view.total_timesteps else ()
            return "extend it", *more, "--set", "until_solved=false"
        case EndReason.DIVERGED if rate := _tenth(view.config.get("learning_rate")):
            return "retry it", "--set", f"learning_rate={rate}"
    return ("resume it",)


def _tenth(rate: Any) -> str | None:
    """Return a tenth of a learning rate, a schedule such as `"lin_1e-3"` included; None if it is neither."""
    schedule = LINEAR_PREFIX if str(rate).startswith(LINEAR_PREFIX) else ""
    try:
        return f"{schedule}{float(str(rate).removeprefix(LINEAR_PREFIX)) / 10:.4g}"
    except ValueError:
        return None


def _more_steps(view: RunView) -> tuple[str, str]:
    return "--steps", str(2 * max(view.step, view.total_timesteps))
