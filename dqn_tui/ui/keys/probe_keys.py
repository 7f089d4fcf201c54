"""Keys of `dqn-tui probe`."""

from __future__ import annotations

from dqn_tui.ui.keys.common_keys import HELP, PALETTE, QUIT, SUSPEND, THEME
from dqn_tui.ui.keys.key import Key

_PROBE = "Probe"

PROBE_KEYS: tuple[Key, ...] = (
    Key(
        id="probe.line",
        keys="up,down,k,j",
        shown="↑ ↓",
        action="scroll_lines",
        arguments=("-1", "1", "-1", "1"),
        label="Scroll",
        help="one line up, down; also k, j",
        group=_PROBE,
        rank=2,
        is_command=False,
    ),
    Key(
        id="probe.page",
        keys="pageup,pagedown,space",
        shown="PgUp PgDn",
        action="scroll_pages",
        arguments=("-1", "1", "1"),
        label="Page",
        help="one page up, down; also space",
        group=_PROBE,
        rank=3,
        is_command=False,
    ),
    Key(
        id="probe.edge",
        keys="home,end,g,G",
        shown="home end",
        action="scroll_to_edge",
        arguments=("0", "1", "0", "1"),
        label="Edge",
        help="the beginning, the end; also g, G",
        group=_PROBE,
        is_command=False,
    ),
    HELP.on("probe", rank=4),
    THEME.on("probe", rank=5),
    PALETTE.on("probe", rank=6),
    SUSPEND.on("probe"),
    QUIT.on("probe", keys="q,escape,ctrl+c,ctrl+q"),
)
