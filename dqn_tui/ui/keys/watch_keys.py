"""Keys of `dqn-tui watch`, besides those of the rollout."""

from __future__ import annotations

from dqn_tui.ui.keys.common_keys import HELP, PROGRAM, SUSPEND, THEME
from dqn_tui.ui.keys.key import Key

WATCH_KEYS: tuple[Key, ...] = (
    HELP.on("watch"),
    THEME.on("watch", rank=7),
    SUSPEND.on("watch"),
    Key(
        id="watch.quit",
        keys="q,ctrl+c,ctrl+q",
        shown="q",
        action="leave",
        label="Quit",
        help="quit",
        group=PROGRAM,
        rank=1,
    ),
)
