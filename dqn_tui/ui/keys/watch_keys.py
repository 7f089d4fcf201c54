"""Keys of `dqn-tui watch`, besides those of the rollout."""

from __future__ import annotations

from dqn_tui.ui.keys.common_keys import HELP, QUIT, SUSPEND, THEME
from dqn_tui.ui.keys.key import Key

WATCH_KEYS: tuple[Key, ...] = (
    HELP.on("watch"),
    THEME.on("watch", rank=7),
    SUSPEND.on("watch"),
    QUIT.on("watch"),
)
