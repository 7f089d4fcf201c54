"""Rows of styled text, which panels build and the terminal's lines are made from.

A row is a list of runs. A run is a text and a role: the name of its meaning, which `colors.Colors` turns into a style,
or a style of its own for a picture's pixels. Widths are in terminal cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from dqn_tui.view.text import ASCII_CELLS

Run = tuple[str, str | Style]
Row = list[Run]


def ascii_only(text: str) -> str:
    """Return the text in pure ASCII, exactly as wide as before."""
    if text.isascii():
        return text
    text = text.translate(ASCII_CELLS)
    return text if text.isascii() else "".join(c if c.isascii() else "?" * cell_len(c) for c in text)


def row_width(row: Iterable[Run]) -> int:
    """Return the width of the row in cells."""
    return sum(cell_len(text) for text, _ in row)


def fit(row: Row, width: int) -> Row:
    """Return the row at exactly `width` cells, padded with blanks or cut with an ellipsis."""
    missing = width - row_width(row)
    if missing >= 0:
        return [*row, (" " * missing, "text")] if missing else row
    return _cut(row, width)


def shorten(row: Row, width: int) -> Row:
    """Return the row, cut with an ellipsis if it is wider than `width` cells."""
    return row if row_width(row) <= width else _cut(row, width)


def _cut(row: Row, width: int) -> Row:
    cut: Row = []
    left = width - 1
    for text, role in row:
        size = cell_len(text)
        if size >= left + 1 or size > left:
            return [*cut, (set_cell_size(text, max(left, 0)), role), ("…", "muted")] if width > 0 else []
        cut.append((text, role))
        left -= size
    return cut


def justify(left: Row, right: Row, width: int, fill: Run = (" ", "text")) -> Row:
    """Return `left` and `right` at the two ends of `width` cells; `left` is cut if both do not fit."""
    gap = width - row_width(left) - row_width(right)
    if gap >= 0:
        return [*left, (fill[0] * gap, fill[1]), *right]
    room = width - row_width(right)
    return [*fit(left, room), *right] if room > 0 else fit(right, width)


def centre(row: Row, width: int) -> Row:
    """Return the row centred in `width` cells."""
    return fit([(" " * max(0, (width - row_width(row)) // 2), "text"), *row], width)


def join_fitting(parts: Sequence[Row], width: int, separator: Run = ("  ", "muted")) -> Row:
    """Return as many of the leading `parts` as fit into `width` cells; the first that does not fit ends the row."""
    row: Row = []
    for part in parts:
        longer = [*row, separator, *part] if row else part
        if row_width(longer) > width:
            break
        row = list(longer)
    return row


def join_with_ellipsis(parts: Sequence[Row], width: int, separator: Run = ("  ", "muted")) -> Row:
    """Return the same as `join_fitting`, with an ellipsis at the end if a part is left out."""
    size = sum(row_width(part) for part in parts) + cell_len(separator[0]) * (len(parts) - 1)
    if size <= width:
        return join_fitting(parts, width, separator)
    return [*join_fitting(parts, width - 2, separator), (" …", "muted")]


def block(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """Return exactly `height` rows of exactly `width` cells."""
    fitted = [fit(list(row), width) for row in rows[:height]]
    return fitted + [fit([], width) for _ in range(height - len(fitted))]


def centre_block(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """Return the rows centred in a box of `width` by `height` cells."""
    above = max(0, (height - len(rows)) // 2)
    return block([*([[]] * above), *(centre(list(row), width) for row in rows)], width, height)


def frame(
    title: Row, facts: Sequence[Row], rows: Sequence[Row], width: int, height: int, *, border: str = "border"
) -> list[Row]:
    """Return a box around `rows`: the title on the left and as many facts as fit on the right of its upper edge."""
    inside = width - 2
    row_count = max(0, height - 2)
    head = fit(title, min(row_width(title), max(0, inside - 3)))
    tail = join_fitting(facts, inside - row_width(head) - 6)
    right: Row = [(" ", border), *tail, (" ─", border)] if tail else []
    fill = inside - 3 - row_width(head) - row_width(right)
    upper: Row = [("╭─ ", border), *head, (" " + "─" * max(0, fill), border), *right, ("╮", border)]
    lower: Row = [("╰" + "─" * inside + "╯", border)]
    edge = ("│", border)
    return [upper, *([edge, *row, edge] for row in block(rows, inside, row_count)), lower][:height]
