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


def wanted_size(shown: RolloutFrame, width: int) -> tuple[int, int]:
    """Return columns and rows for everything: bars, their scale, observation and policy, without blank rows.

    The columns leave room for bars of a dozen cells; the rows are those in `width` columns.
    """
    rows = len(shown.q_values) + 2 + len(_observation_rows(shown, width, is_ascii=False))
    return _NUMBERS_AND_BARS + max(map(len, action_labels(shown)), default=0), rows


def moment_rows(shown: RolloutFrame, scale: QScale, width: int, height: int, scene: RunScene) -> list[Row]:
    """Return at most `height` rows, in order of importance; blank rows separate them if there is room."""
    rows = q_rows(shown, scale, width, height, scene.marker)
    observation = _observation_rows(shown, width, is_ascii=scene.is_ascii)
    policy = _policy_row(shown, width)
    if len(rows) + len(observation) + 3 <= height:
        blank: list[Row] = [[]] if observation else []
        return [*rows, *blank, *observation, [], policy]
    room = height - len(rows) - 1
    if room > 0 and len(observation) > room:
        observation = [*observation[: room - 1], _cut(observation[room - 1], width)]
    return [*rows, *observation[: max(0, room)], policy][:height]


def _observation_rows(shown: RolloutFrame, width: int, *, is_ascii: bool) -> list[Row]:
    """Return name and value of each entry in as few rows as possible, one below the other in columns."""
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


def _policy_row(shown: RolloutFrame, width: int) -> Row:
    row: Row = [(f" {plain(shown.policy)}", "muted")]
    if shown.ending:
        row = [(f" {plain(shown.ending)}", "accent"), (" ", "text"), *row]
    return fit(row, width)
