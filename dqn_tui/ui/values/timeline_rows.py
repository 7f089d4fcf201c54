"""The run's policies on a line from its first checkpoint to now."""

from __future__ import annotations

from collections.abc import Sequence

from dqn_tui.policy_choice import BEST, LIVE, PolicyChoice
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.text import number

_LONGEST = 72


def ordered(choices: Sequence[PolicyChoice]) -> list[PolicyChoice]:
    """Return the checkpoints in the order of their steps, then the live policy; the best one is among them."""
    saved = [choice for choice in choices if choice.name not in (LIVE, BEST)]
    best = [choice for choice in choices if choice.name == BEST]
    known = {choice.step for choice in saved}
    saved += [choice for choice in best if choice.step not in known]
    return [*sorted(saved, key=lambda choice: choice.step or 0), PolicyChoice()]


def timeline_rows(
    choices: Sequence[PolicyChoice], chosen: PolicyChoice, live_step: int, width: int, *, is_live: bool
) -> list[Row]:
    """Return a line with a mark at each checkpoint, and what the chosen one is; `is_live`: whether the run trains."""
    policies = ordered(choices)
    names = [policy.name for policy in policies]
    place = names.index(chosen.name) if chosen.name in names else len(names) - 1
    shown = policies[place]
    end = "live" if is_live else "newest"
    return [_line(policies, place, live_step, width, end), _label(policies, shown, place, live_step, end)]


def _line(policies: Sequence[PolicyChoice], place: int, live_step: int, width: int, end: str) -> Row:
    length = max(8, min(_LONGEST, width - 7 - len(end)))
    last = max(live_step, *(policy.step or 0 for policy in policies), 1)
    cells = ["─"] * length
    spots = [round((policy.step if policy.step is not None else last) / last * (length - 1)) for policy in policies]
    for spot in spots[:-1]:
        cells[spot] = "○"
    cells[-1] = "▶"
    cells[spots[place]] = "●"
    before, after = "".join(cells[: spots[place]]), "".join(cells[spots[place] + 1 :])
    return [(" [ ", "key"), (before, "axis"), ("●", "focus"), (after, "axis"), (" ] ", "key"), (end, "muted")]


def _label(policies: Sequence[PolicyChoice], shown: PolicyChoice, place: int, live_step: int, end: str) -> Row:
    if shown.name == LIVE:
        count = len(policies) - 1
        known = f"; {count} checkpoint{'s' if count != 1 else ''} before" if count else ""
        return [(f" {end}", "success"), (f", step {live_step:,}{known}", "muted")]
    row: Row = [(f" checkpoint {place + 1} of {len(policies) - 1}", "text"), (f", step {shown.step or 0:,}", "text")]
    if shown.eval_mean is not None:
        row += [(", eval ", "muted"), (number(shown.eval_mean), "number")]
    return row
