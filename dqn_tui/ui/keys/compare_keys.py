"""Keys of the comparison of runs, and of its focused table."""

from __future__ import annotations

from dqn_tui.ui.keys.common_keys import (
    FOCUS,
    HELP,
    LOG,
    NEXT,
    PALETTE,
    PREVIOUS,
    PROGRAM,
    ROUGHER,
    SMOOTHER,
    SUSPEND,
    THEME,
    ZOOM,
)
from dqn_tui.ui.keys.key import Key

_COMPARE, _TABLE = "Comparison", "Focused table of a comparison"

COMPARE_KEYS: tuple[Key, ...] = (
    FOCUS.on("compare", group=_COMPARE),
    NEXT.on("compare", group=_COMPARE, rank=8),
    PREVIOUS.on("compare", group=_COMPARE),
    ZOOM.on("compare", group=_COMPARE, rank=5),
    Key(
        id="compare.group",
        keys="b",
        shown="b",
        action="next_grouping",
        label="Group",
        help="group by the next differing setting / none",
        group=_COMPARE,
        rank=4,
    ),
    SMOOTHER.on("compare", group=_COMPARE, rank=6),
    ROUGHER.on("compare", group=_COMPARE),
    LOG.on("compare", group=_COMPARE, rank=7),
    Key(
        id="compare.back",
        keys="escape",
        shown="esc",
        action="back",
        label="Back",
        help="close crosshair, enlarged pane or comparison",
        group=_COMPARE,
        is_command=False,
    ),
    Key(
        id="compare.leave",
        keys="q,ctrl+c,ctrl+q",
        shown="q ctrl+c",
        action="leave",
        label="Quit",
        help="leave the comparison",
        group=PROGRAM,
        rank=1,
    ),
    THEME.on("compare", rank=9),
    HELP.on("compare"),
    PALETTE.on("compare", rank=10),
    SUSPEND.on("compare"),
)

TABLE_KEYS: tuple[Key, ...] = (
    Key(
        id="table.row",
        keys="up,down",
        shown="↑ ↓",
        action="move_rows",
        arguments=("-1", "1"),
        label="Row",
        help="one row up, down",
        group=_TABLE,
        is_command=False,
    ),
    Key(
        id="table.page",
        keys="pageup,pagedown",
        shown="PgUp PgDn",
        action="move_pages",
        arguments=("-1", "1"),
        label="Page",
        help="one page up, down",
        group=_TABLE,
        is_command=False,
    ),
    Key(
        id="table.column",
        keys="left,right",
        shown="← →",
        action="move_columns",
        arguments=("-1", "1"),
        label="Column",
        help="one column left, right",
        group=_TABLE,
        is_command=False,
    ),
)
"""Keys of a table of a comparison that has the focus; they take theirs from the charts."""
