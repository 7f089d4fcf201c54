"""Keys of the list of episodes while it has the focus."""

from __future__ import annotations

from dqn_tui.ui.keys.key import Key

_EPISODES = "Focused list of episodes"

EPISODE_KEYS: tuple[Key, ...] = (
    Key(
        id="episodes.play",
        keys="enter",
        shown="enter",
        action="play",
        label="Play it",
        help="play the selected episode again",
        group=_EPISODES,
        rank=1,
    ),
    Key(
        id="episodes.order",
        keys="o",
        shown="o",
        action="next_order",
        label="Order",
        help="newest, longest, best, worst, oldest first",
        group=_EPISODES,
        rank=2,
    ),
    Key(
        id="episodes.row",
        keys="up,down",
        shown="↑ ↓",
        action="move_rows",
        arguments=("-1", "1"),
        label="Row",
        help="one episode up, down",
        group=_EPISODES,
        is_command=False,
    ),
    Key(
        id="episodes.page",
        keys="pageup,pagedown",
        shown="PgUp PgDn",
        action="move_pages",
        arguments=("-1", "1"),
        label="Page",
        help="one page up, down",
        group=_EPISODES,
        is_command=False,
    ),
    Key(
        id="episodes.edge",
        keys="home,end",
        shown="home end",
        action="move_to_edge",
        arguments=("0", "1"),
        label="Edge",
        help="the first, the last episode of the list",
        group=_EPISODES,
        is_command=False,
    ),
)
