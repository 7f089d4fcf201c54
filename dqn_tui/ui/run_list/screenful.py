"""How many runs a terminal shows, which is known before there is a screen."""

from __future__ import annotations

LEAST_HEIGHT_FOR_DETAILS = 18
_DETAILS_ROWS = 8
# Header, filter, edges of the list, names of the columns, keys.
_ROWS_AROUND = 6


def count_runs(terminal_rows: int) -> int:
    """Return how many runs fit on a terminal of so many rows."""
    details = _DETAILS_ROWS if terminal_rows >= LEAST_HEIGHT_FOR_DETAILS else 0
    return max(1, terminal_rows - _ROWS_AROUND - details)
