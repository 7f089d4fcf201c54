"""Keys of a rollout."""

from __future__ import annotations

from dqn_tui.ui.keys.key import Key

_ROLLOUT = "Rollout"

ROLLOUT_KEYS: tuple[Key, ...] = (
    Key(
        id="rollout.play",
        keys="space",
        shown="space",
        action="toggle_play",
        label="Play",
        help="play / pause",
        group=_ROLLOUT,
        rank=1,
    ),
    Key(
        id="rollout.forward",
        keys="right,full_stop",
        shown="→ .",
        action="forward",
        label="Frame",
        help="one frame forward",
        group=_ROLLOUT,
        rank=4,
    ),
    Key(
        id="rollout.faster",
        keys="plus,equals_sign",
        shown="+",
        action="change_speed(1)",
        label="Faster",
        help="play faster, up to 16×",
        group=_ROLLOUT,
        rank=5,
    ),
    Key(
        id="rollout.slower",
        keys="minus",
        shown="-",
        action="change_speed(-1)",
        label="Slower",
        help="play slower, down to 0.25×",
        group=_ROLLOUT,
        rank=6,
    ),
    Key(
        id="rollout.new",
        keys="n",
        shown="n",
        action="new_episode",
        label="New",
        help="new episode with the current policy",
        group=_ROLLOUT,
        rank=3,
    ),
    Key(
        id="rollout.pictures",
        keys="g",
        shown="g",
        action="toggle_pictures",
        label="Pictures",
        help="sharp pictures / half blocks",
        group=_ROLLOUT,
    ),
    Key(
        id="rollout.close",
        keys="escape,w",
        shown="esc w",
        action="leave",
        label="Back",
        help="close the rollout",
        group=_ROLLOUT,
        rank=2,
    ),
)
