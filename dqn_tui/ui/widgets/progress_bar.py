"""A bar that fills from left to right."""

from __future__ import annotations

from dqn_tui.ui.widgets.rows import Row


def progress_bar(fraction: float, width: int) -> Row:
    """Return `━━━━╸╌╌╌`, at a resolution of half a cell."""
    if width <= 0:
        return []
    halves = round(min(1.0, max(0.0, fraction)) * width * 2)
    full = halves // 2
    head = "╸" if halves % 2 else ""
    return [("━" * full + head, "bar"), ("╌" * (width - full - len(head)), "bar-rest")]
