"""Keys of the stop dialog."""

from __future__ import annotations

from dqn_tui.ui.keys.key import Key

_STOP = "Stop dialog"

STOP_KEYS: tuple[Key, ...] = (
    Key(
        id="stop.save",
        keys="s",
        shown="s",
        action="choose('save')",
        label="Stop and save",
        help="stop and save a checkpoint",
        group=_STOP,
    ),
    Key(
        id="stop.kill",
        keys="k",
        shown="k",
        action="choose('kill')",
        label="Stop without saving",
        help="stop without saving",
        group=_STOP,
    ),
    Key(
        id="stop.detach",
        keys="d",
        shown="d",
        action="choose('detach')",
        label="Detach",
        help="leave while training continues",
        group=_STOP,
    ),
    Key(
        id="stop.cancel",
        keys="c,escape,q",
        shown="c esc",
        action="choose('cancel')",
        label="Keep training",
        help="keep training",
        group=_STOP,
    ),
    Key(
        id="stop.again",
        keys="ctrl+c",
        shown="ctrl+c",
        action="choose_again",
        label="Stop and save",
        help="again: stop and save; in `view`, leave",
        group=_STOP,
    ),
)
