"""Words for returns: as numbers, as a success rate where an episode fails or succeeds, and against the goal."""

from __future__ import annotations

import math

from dqn_tui.events import EndReason
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed

# Below, a success rate has a decimal.
_SMALL_RATE = 0.0995


def is_success_rate(view: RunView) -> bool:
    """Return whether each return so far is 0 or 1, and some are 1, so that their mean is the rate of success."""
    return view.returns.is_binary and view.returns.maximum == 1.0


def return_text(view: RunView, value: float | None) -> str:
    """Format a return, or the mean of several: `"287.4"`, or `"72%"` where it is a success rate."""
    if value is None or not math.isfinite(value) or not is_success_rate(view):
        return fixed(value)
    return f"{value:.1%}" if 0 < abs(value) < _SMALL_RATE else f"{value:.0%}"


def solved_step(view: RunView) -> int | None:
    """Return the step of the first known evaluation that reached the goal; None if there is none."""
    if view.goal is None:
        return None
    best = [] if view.best_evaluation is None else [view.best_evaluation]
    steps = [point.step for point in (*view.evaluations, *best) if point.mean >= view.goal]
    if view.end_reason is EndReason.SOLVED:
        steps.append(view.step)
    return min(steps, default=None)


def goal_outcome(view: RunView, *, is_short: bool = False) -> str:
    """Return how near the run came to its goal: `"solved at 20,000"` or `"goal not reached: 187 of 475"`.

    With `is_short` the latter is `"187 of 475"`. Empty where the run has no goal.
    """
    step = solved_step(view)
    if step is not None:
        return f"solved at {step:,}"
    if view.goal is None:
        return ""
    best = view.best_evaluation
    if best is None:
        return "goal not reached"
    numbers = f"{_short(view, best.mean)} of {_short(view, view.goal)}"
    return numbers if is_short else f"goal not reached: {numbers}"


def next_evaluation(view: RunView) -> int | None:
    """Return the step of the next scheduled evaluation; None where the run has none, or ends before."""
    every = view.config.get("eval_every")
    if not isinstance(every, int) or every <= 0 or view.is_over:
        return None
    step = (view.step // every + 1) * every
    return step if step <= view.total_timesteps or view.total_timesteps <= 0 else None


def _short(view: RunView, value: float) -> str:
    """Format without decimals where the number is large."""
    is_long = math.isfinite(value) and 100 <= abs(value) < 1e5 and not is_success_rate(view)
    return f"{math.floor(value):,}" if is_long else return_text(view, value).removesuffix(".0")
