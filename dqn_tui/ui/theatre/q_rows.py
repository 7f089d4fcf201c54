"""The Q-values of one moment as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.text import bar, number

_NUMBER_WIDTH = 8


def q_rows(shown: RolloutFrame, width: int, most: int, marker: str) -> list[Row]:
    """Return a bar for the Q-value of each action; the greedy one is marked with its lead over the next best.

    Masked actions come last and have no bar. Of more than `most` actions, the greedy one and the best others are shown,
    and the number of those left out.
    """
    values = shown.q_values
    allowed = [action for action in range(len(values)) if shown.mask is None or shown.mask[action]]
    finite = {action: values[action] for action in allowed if math.isfinite(values[action])}
    low, high = min([0.0, *finite.values()]), max([0.0, *finite.values()])
    others = [value for action, value in finite.items() if action != shown.action]
    digits = len(str(max(0, len(values) - 1)))
    room = max(0, width - digits - _NUMBER_WIDTH - 15)
    rows: list[Row] = []
    shown_actions = _shown_actions(values, allowed, shown.action, most)
    for action in shown_actions:
        value, is_chosen = values[action], action == shown.action
        if action not in allowed:
            rows.append([(f" Q({action:>{digits}}) {_q_text(value):>{_NUMBER_WIDTH}} masked", "muted")])
            continue
        share = (value - low) / (high - low) if high > low and math.isfinite(value) else 0.0
        lead = f" ◀ {value - max(others):+.2f}" if is_chosen and others else " ◀" if is_chosen else ""
        rows.append(
            [
                (f" Q({action:>{digits}}) ", "muted"),
                (f"{_q_text(value):>{_NUMBER_WIDTH}} ", "chosen" if is_chosen else "text"),
                (bar(share, room, marker), "chosen" if is_chosen else "bar"),
                (lead, "chosen"),
            ]
        )
    left_out = len(values) - len(shown_actions)
    return [*rows, [(f" +{left_out} more", "muted")]] if left_out and len(rows) < most else rows


def _q_text(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 1e5 else number(value)


def _shown_actions(values: Sequence[float], allowed: Sequence[int], chosen: int, most: int) -> list[int]:
    """Return the actions with room for a row, allowed ones first; one row is reserved for the number left out."""
    count = most if len(values) <= most else max(1, most - 1)
    actions = sorted(range(len(values)), key=lambda action: (action != chosen, action not in allowed, -values[action]))
    return sorted(actions[:count], key=lambda action: (action not in allowed, action))
