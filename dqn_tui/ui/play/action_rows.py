"""The actions of a person who plays: the key of each, and beside it the Q-value of a policy that looks on."""

from __future__ import annotations

from dqn_tui.playing import PlayMoment
from dqn_tui.ui.play.key_signs import action_keys
from dqn_tui.ui.theatre.q_rows import q_bar, q_text
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.rows import Row, fit, row_width
from dqn_tui.view.text import ASCII, plain

_WIDEST_KEYS = 14
_LONGEST_NAME = 20
_GAP = 2
_TAKEN, _CHOSEN = "● ", " ◀ policy"
_LEAST_BAR, _LONGEST_BAR = 4, 40


def action_rows(shown: PlayMoment, scale: QScale, width: int, most: int, marker: str) -> list[Row]:
    """Return at most `most` rows of actions.

    Alone, the actions are in as many columns as they need. With a policy, each has a row with its Q-value, a bar, and
    a mark beside the one that the policy would take. A mark in front shows the action that the person took last.
    """
    if shown.has_policy:
        return _valued_rows(shown, scale, width, most, marker)
    return _plain_rows(shown, width, most, marker)


def action_names(shown: PlayMoment) -> list[str]:
    """Return the name of each action, or its number."""
    count = len(shown.keys.chords)
    names = shown.frame.action_names
    return [plain(name) for name in names] if len(names) == count else [f"action {number}" for number in range(count)]


def wanted_rows(shown: PlayMoment, width: int) -> int:
    """Return the rows that all actions take."""
    count = len(shown.keys.chords)
    return count if shown.has_policy else -(-count // _columns(shown, width, is_ascii=False))


def _columns(shown: PlayMoment, width: int, *, is_ascii: bool) -> int:
    return max(1, min(len(shown.keys.chords), (width + _GAP) // (_cell_width(shown, is_ascii=is_ascii) + _GAP)))


def _widths(shown: PlayMoment, *, is_ascii: bool) -> tuple[int, int]:
    """Return the widths of the keys and of the names."""
    signs = [action_keys(shown.keys, action, is_ascii=is_ascii) for action in range(len(shown.keys.chords))]
    keys = min(_WIDEST_KEYS, max(map(len, signs), default=0))
    return keys, min(_LONGEST_NAME, max(map(len, action_names(shown)), default=0))


def _cell_width(shown: PlayMoment, *, is_ascii: bool) -> int:
    return 2 + sum(_widths(shown, is_ascii=is_ascii)) + 1


def _plain_rows(shown: PlayMoment, width: int, most: int, marker: str) -> list[Row]:
    is_ascii, count = marker == ASCII, len(shown.keys.chords)
    wanted = -(-count // _columns(shown, width, is_ascii=is_ascii))
    height = min(most, wanted) - (wanted > most)
    rows = []
    for line in range(height):
        # Down each column, as a list is read.
        cells = [_name_cell(shown, action, is_ascii=is_ascii) for action in range(line, count, wanted)]
        row = cells[0]
        for cell in cells[1:]:
            row = [*row, (" " * _GAP, "text"), *cell]
        rows.append(fit(row, width))
    return (
        [*rows, _more_row(count - sum(len(range(line, count, wanted)) for line in range(height)))]
        if wanted > most > 0
        else rows
    )


def _more_row(count: int) -> Row:
    return [(f"  +{count} more", "muted")]


def _name_cell(shown: PlayMoment, action: int, *, is_ascii: bool) -> Row:
    """Return the mark of the latest action, the keys and the name."""
    key_width, name_width = _widths(shown, is_ascii=is_ascii)
    is_allowed = shown.frame.mask is None or shown.frame.mask[action]
    is_taken = action == shown.taken
    name_role = ("accent" if is_taken else "text") if is_allowed else "dim"
    keys = action_keys(shown.keys, action, is_ascii=is_ascii)
    return [
        (_TAKEN if is_taken else "  ", "accent"),
        *fit([(keys, "key" if is_allowed else "dim")], key_width),
        (" ", "text"),
        *fit([(action_names(shown)[action], name_role)], name_width),
    ]


def _valued_rows(shown: PlayMoment, scale: QScale, width: int, most: int, marker: str) -> list[Row]:
    count = len(shown.keys.chords)
    rows = []
    for action in _shown_actions(shown, most if count <= most else most - 1):
        cell = _name_cell(shown, action, is_ascii=marker == ASCII)
        rows.append([*cell, *_value(shown, action, scale, width - row_width(cell), marker)])
    return [*rows, _more_row(count - len(rows))] if count > most > 0 else rows


def _value(shown: PlayMoment, action: int, scale: QScale, width: int, marker: str) -> Row:
    """Return Q-value, bar and mark of an action in `width` cells."""
    frame = shown.frame
    if frame.mask is not None and not frame.mask[action]:
        return [("  masked", "dim")]
    is_chosen = action == frame.action
    texts = [q_text(q, scale.decimals) for q in (*frame.q_values, scale.low, scale.high)]
    number_width = max(map(len, texts))
    role = "success" if is_chosen else "text"
    row: Row = [(f" {texts[action]:>{number_width}} ", role)]
    room = min(_LONGEST_BAR, width - row_width(row) - len(_CHOSEN))
    if room >= _LEAST_BAR:
        row += q_bar(frame, action, scale, room, marker)
    return [*row, (_CHOSEN, "success")] if is_chosen else row


def _shown_actions(shown: PlayMoment, most: int) -> list[int]:
    """Return the actions with room for a row: the policy's, the latest, then those with the highest Q-values."""
    values = shown.frame.q_values
    order = sorted(
        range(len(values)), key=lambda action: (action not in (shown.frame.action, shown.taken), -values[action])
    )
    return sorted(order[: max(0, most)])
