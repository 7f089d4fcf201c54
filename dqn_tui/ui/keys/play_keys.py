"""Keys of `dqn-tui play`, besides those of the actions, which depend on the environment."""

from __future__ import annotations

from dqn_tui.ui.keys.common_keys import HELP, PALETTE, QUIT, SUSPEND, THEME
from dqn_tui.ui.keys.key import Key

_PLAY = "Play it yourself"

PLAY_KEYS: tuple[Key, ...] = (
    Key(
        id="play.new",
        keys="n",
        shown="n",
        action="new_episode(False)",
        label="New",
        help="new episode, from the next seed",
        group=_PLAY,
        rank=2,
    ),
    Key(
        id="play.again",
        keys="r",
        shown="r",
        action="new_episode(True)",
        label="Again",
        help="the same episode again, from its seed",
        group=_PLAY,
        rank=3,
    ),
    Key(
        id="play.mode",
        keys="m",
        shown="m",
        action="toggle_stepwise",
        label="Mode",
        help="real time / step by step",
        group=_PLAY,
        rank=4,
    ),
    Key(
        id="play.pause",
        keys="p",
        shown="p",
        action="toggle_pause",
        label="Pause",
        help="pause / continue real time",
        group=_PLAY,
        rank=5,
    ),
    Key(
        id="play.faster",
        keys="plus,equals_sign",
        shown="+",
        action="change_speed(1)",
        label="Faster",
        help="real time: faster, up to 16×",
        group=_PLAY,
        rank=7,
    ),
    Key(
        id="play.slower",
        keys="minus",
        shown="-",
        action="change_speed(-1)",
        label="Slower",
        help="real time: slower, down to 0.25×",
        group=_PLAY,
        rank=8,
    ),
    # Letters are the environment's.
    HELP.on("play", keys="question_mark,f1", shown="? F1", rank=6),
    THEME.on("play", rank=9),
    PALETTE.on("play", rank=10),
    SUSPEND.on("play"),
    QUIT.on("play"),
)
