"""The Q-values of one moment as bars on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.rows import Row, fit
from dqn_tui.view.text import ASCII, number, plain

_LONGEST_NAME = 14


def q_rows(shown: RolloutFrame, scale: QScale, width: int, most: int, marker: str) -> list[Row]:
    """Return a row for each action: its name, Q-value, bar, and difference from the best other action.

    The greedy action is marked and shows its lead over the next best; the others show how far they are behind it. In a
    recorded episode the action that was taken is marked, too.
    Masked actions come last and have neither. Of more than `most` actions, the greedy one and the best others are
    shown, and the number of those left out. A last row shows the ends of the scale if there is room.
    """
    allowed = [action for action in range(len(shown.q_values)) if shown.mask is None or shown.mask[action]]
    actions = _shown_actions(shown, allowed, most)
    names = action_labels(shown)
    name_width = min(max(map(len, names), default=0), _LONGEST_NAME, max(4, width // 3))
    number_width = max(len(q_text(value, scale.decimals)) for value in (scale.low, scale.high, *shown.q_values))
    # The row ends in a sign and a gap, which may be longer than a value by its own sign.
    bar_width = max(0, width - name_width - 2 * number_width - 8)
    gaps = {action: _gap(shown, action, allowed, scale.decimals) for action in actions if action in allowed}
    gap_width = max(map(len, gaps.values()), default=0)
    rows: list[Row] = []
    for action in actions:
        role = "success" if action == shown.action else "text"
        name = fit([(names[action], role if action in allowed else "muted")], name_width)
        value = f" {q_text(shown.q_values[action], scale.decimals):>{number_width}} "
        if action in allowed:
            bar = q_bar(shown, action, scale, bar_width, marker)
            is_greedy = action == shown.action
            sign = f" {'◀' if is_greedy else ' '}{_taken_sign(shown, action)}"
            gap = (f"{sign}{gaps[action]:>{gap_width}}", "success" if is_greedy else "muted")
            rows.append([(" ", "text"), *name, (value, role), *bar, gap])
        else:
            rows.append([(" ", "text"), *name, (f"{value}masked", "muted")])
    left_out = len(names) - len(actions)
    if left_out and len(rows) < most:
        rows.append([(f" +{left_out} more", "muted")])
    if rows and len(rows) < most and bar_width > 0:
        rows.append([(" " * (name_width + number_width + 3), "text"), *_scale_row(scale, bar_width)])
    return rows


def action_labels(shown: RolloutFrame) -> list[str]:
    """Return the name of each action, or `Q(3)` where they have none."""
    count = len(shown.q_values)
    if len(shown.action_names) == count:
        return [plain(name) for name in shown.action_names]
    digits = len(str(max(0, count - 1)))
    return [f"Q({action:>{digits}})" for action in range(count)]


def _taken_sign(shown: RolloutFrame, action: int) -> str:
    """Return the mark of the action that is taken, with a gap, where that is another matter than the greedy one."""
    if shown.taken is None:
        return " "
    return "● " if action == shown.taken else "  "


def q_bar(shown: RolloutFrame, action: int, scale: QScale, width: int, marker: str) -> Row:
    """Return the bar of an action and the zero line, `width` cells."""
    if width < 1:
        return []
    value, is_ascii = shown.q_values[action], marker == ASCII
    zero = scale.zero_column(width)
    start, end = scale.columns(value, width)
    bar = (("#" if is_ascii else "▇") * (end - start), "chosen" if action == shown.action else "bar")
    line = ("│", "axis")
    if value < 0:
        return [(" " * start, "text"), bar, (" " * (zero - end), "text"), line, (" " * (width - zero - 1), "text")]
    return [(" " * zero, "text"), line, bar, (" " * (width - zero - 1 - (end - start)), "text")]


def _gap(shown: RolloutFrame, action: int, allowed: Sequence[int], decimals: int) -> str:
    """Return the lead of the greedy action, or how far another one is behind it."""
    is_chosen = action == shown.action
    rivals = [shown.q_values[other] for other in allowed if (other != action if is_chosen else other == shown.action)]
    best = max((value for value in rivals if math.isfinite(value)), default=math.nan)
    gap = shown.q_values[action] - best
    if not math.isfinite(gap):
        return ""
    return f"{'+' if gap >= 0 else ''}{q_text(gap, decimals)}"


def _scale_row(scale: QScale, width: int) -> Row:
    """Return the ends of the scale and its zero, each below its place if there is room."""
    low, high = number(scale.low), number(scale.high)
    zero = scale.zero_column(width)
    cells = list(" " * width)
    marks = ((low, 0), (high, width - len(high)), ("0", zero))
    for text, start in marks:
        end = start + len(text)
        is_free = all(cell == " " for cell in cells[max(0, start - 1) : end + 1])
        if start >= 0 and is_free and (text != "0" or start == zero):
            cells[start:end] = text
    return [("".join(cells), "muted")]


def q_text(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if abs(value) < 1e4 else number(value)


def _shown_actions(shown: RolloutFrame, allowed: Sequence[int], most: int) -> list[int]:
    """Return the actions with room for a row, allowed ones first; one row is reserved for the number left out."""
    values = shown.q_values
    count = most if len(values) <= most else max(1, most - 1)
    actions = sorted(
        range(len(values)), key=lambda action: (action != shown.action, action not in allowed, -values[action])
    )
    return sorted(actions[:count], key=lambda action: (action not in allowed, action))
