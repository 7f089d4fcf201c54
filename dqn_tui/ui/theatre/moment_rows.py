"""The rows of a frame without its picture: Q-values, observation, policy and the ending of the episode."""

from __future__ import annotations

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.theatre.q_rows import action_labels, q_rows
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.rows import Row, fit, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import plain

_ASCII_NAMES = {"θ": "theta"}
_VALUE_WIDTH = 6
_NUMBERS_AND_BARS = 30
_MOST_OBSERVATION_ROWS = 3
# Vectors of at least so many entries, of which one is 1 and the others are 0, are numbers of states.
_LEAST_STATES = 9


def wanted_size(shown: RolloutFrame, width: int) -> tuple[int, int]:
    """Return columns and rows for everything: bars, their scale, observation and policy, without blank rows.

    The columns leave room for bars of a dozen cells; the rows are those in `width` columns.
    """
    # More than a few rows of numbers are not worth a smaller picture.
    observation = min(_MOST_OBSERVATION_ROWS, len(observation_rows(shown, width, is_ascii=False)))
    rows = len(shown.q_values) + 1 + observation + len(_last_rows(shown, width)) + (shown.taken is not None)
    return _NUMBERS_AND_BARS + max(map(len, action_labels(shown)), default=0), rows


def moment_rows(shown: RolloutFrame, scale: QScale, width: int, height: int, scene: RunScene) -> list[Row]:
    """Return at most `height` rows, in order of importance; blank rows separate them if there is room."""
    last = _last_rows(shown, width)
    rows = q_rows(shown, scale, width, max(1, height - len(last)), scene.marker)
    if shown.taken is not None and len(rows) < height:
        rows.append(_taken_row(shown, width))
    observation = observation_rows(shown, width, is_ascii=scene.is_ascii)
    if len(rows) + len(observation) + len(last) + 2 <= height:
        blank: list[Row] = [[]] if observation else []
        return [*rows, *blank, *observation, [], *last]
    room = height - len(rows) - len(last)
    if room > 0 and len(observation) > room:
        observation = [*observation[: room - 1], _cut(observation[room - 1], width)]
    return [*rows, *observation[: max(0, room)], *last][:height]


def observation_rows(shown: RolloutFrame, width: int, *, is_ascii: bool) -> list[Row]:
    """Return name and value of each entry in as few rows as possible, one below the other in columns."""
    if (state := _find_state(shown)) is not None:
        return [
            fit([(" state ", "muted"), (f"{state:,}", "text"), (f" of {len(shown.observation):,}", "muted")], width)
        ]
    count = len(shown.observation)
    names = shown.observation_names if len(shown.observation_names) == count else ("obs", *[""] * count)[:count]
    cells = [
        (_plain_name(name, is_ascii=is_ascii), f"{value:.2f}")
        for name, value in zip(names, shown.observation, strict=True)
    ]
    for row_count in range(1, len(cells) + 1):
        in_row = -(-len(cells) // row_count)
        columns = [cells[place::in_row] for place in range(in_row)]
        widths = [(max(len(name) for name, _ in column), _VALUE_WIDTH) for column in columns]
        rows = [_entries(cells[start : start + in_row], widths) for start in range(0, len(cells), in_row)]
        if max(map(row_width, rows)) <= width:
            return rows
    return [fit(row, width) for row in rows] if cells else []


def _entries(cells: list[tuple[str, str]], widths: list[tuple[int, int]]) -> Row:
    row: Row = []
    for (name, value), (name_width, value_width) in zip(cells, widths, strict=False):
        gap = "  " if row else " "
        row += [(f"{gap}{name:<{name_width}}", "muted"), (f"{value:>{value_width}}", "text")]
    return row


def _plain_name(name: str, *, is_ascii: bool) -> str:
    for letter, word in _ASCII_NAMES.items() if is_ascii else ():
        name = name.replace(letter, word)
    return plain(name)


def _cut(row: Row, width: int) -> Row:
    """Return the row with an ellipsis for the rows that follow it."""
    return [*fit(row, width - 2), (" …", "muted")]


def _find_state(shown: RolloutFrame) -> int | None:
    """Return the state that a long one-hot vector stands for; None for any other vector."""
    entries = shown.observation
    if len(entries) < _LEAST_STATES or shown.observation_names or entries.count(0.0) != len(entries) - 1:
        return None
    return entries.index(1.0) if 1.0 in entries else None


def _taken_row(shown: RolloutFrame, width: int) -> Row:
    """Return the action that is taken, and the greedy one where that is another."""
    assert shown.taken is not None
    names = action_labels(shown) or [f"action {action}" for action in range(shown.taken + 1)]
    row: Row = [(" ● taken ", "muted"), (names[shown.taken], "strong")]
    if shown.q_values and shown.taken != shown.action:
        row += [("   ◀ greedy ", "muted"), (names[shown.action], "success")]
    return fit(row, width)


def _last_rows(shown: RolloutFrame, width: int) -> list[Row]:
    """Return the ending and the policy, and the note; no row where there is nothing to say."""
    row: Row = [(f" {plain(shown.policy)}", "muted")] if shown.policy else []
    if shown.ending:
        row = [(f" {plain(shown.ending)}", "accent"), (" ", "text"), *row]
    rows = [fit(row, width)] if row else []
    return [*rows, note_row(shown.note, width, is_warning=shown.is_note_warning)] if shown.note else rows


def note_row(note: str, width: int, *, is_warning: bool) -> Row:
    """Return a remark on the episode: loud about something wrong, quiet else."""
    mark, role = ("⚠", "warning") if is_warning else ("✓", "muted")
    return fit([(f" {mark} ", role), (plain(note), role)], width)
