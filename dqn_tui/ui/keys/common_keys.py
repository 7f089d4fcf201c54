"""Keys that do the same on several screens."""

from __future__ import annotations

from dqn_tui.ui.keys.key import Key
from dqn_tui.view.moving_average import SPANS

VIEW, PROGRAM = "View", "Program"

FOCUS = Key(
    id="focus",
    keys="1,2,3,4,5,6,7,8,9",
    shown="1-9",
    action="focus_digit",
    label="Focus",
    help="focus the pane with that number",
    group=VIEW,
    is_command=False,
    arguments=tuple("123456789"),
)
NEXT = Key(
    id="next",
    keys="tab",
    shown="tab",
    action="focus_next_pane(1)",
    label="Focus",
    help="focus the next pane",
    group=VIEW,
    rank=10,
    is_command=False,
)
PREVIOUS = Key(
    id="previous",
    keys="shift+tab",
    shown="shift+tab",
    action="focus_next_pane(-1)",
    label="Back",
    help="focus the previous pane",
    group=VIEW,
    is_command=False,
)
ZOOM = Key(
    id="zoom",
    keys="z,enter",
    shown="z enter",
    action="zoom",
    label="Zoom",
    help="enlarge the focused pane / restore it",
    group=VIEW,
    rank=6,
)
SMOOTHER = Key(
    id="smoother",
    keys="m",
    shown="m",
    action="smooth(1)",
    label="Smooth",
    help=f"smooth more: {', '.join(map(str, SPANS))} points",
    group=VIEW,
    rank=8,
)
ROUGHER = Key(
    id="rougher",
    keys="M",
    shown="M",
    action="smooth(-1)",
    label="Smooth less",
    help="smooth less",
    group=VIEW,
)
LOG = Key(
    id="log",
    keys="l",
    shown="l",
    action="toggle_log",
    label="Log y",
    help="logarithmic y axis for the focused chart",
    group=VIEW,
    rank=9,
)
THEME = Key(
    id="theme",
    keys="T",
    shown="T",
    action="app.next_theme",
    label="Theme",
    help="next colour theme",
    group=PROGRAM,
    rank=13,
)
HELP = Key(
    id="help",
    keys="question_mark,h,f1",
    shown="? h F1",
    action="show_help",
    label="Help",
    help="this help",
    group=PROGRAM,
    rank=2,
)
PALETTE = Key(
    id="palette",
    keys="ctrl+p",
    shown="ctrl+p",
    action="app.command_palette",
    label="Palette",
    help="command palette",
    group=PROGRAM,
    rank=12,
    is_command=False,
)
SUSPEND = Key(
    id="suspend",
    keys="ctrl+z",
    shown="ctrl+z",
    action="app.suspend_process",
    label="Suspend",
    help="suspend the program; fg resumes it",
    group=PROGRAM,
)
QUIT = Key(
    id="quit",
    keys="q,ctrl+c,ctrl+q",
    shown="q",
    action="leave",
    label="Quit",
    help="quit",
    group=PROGRAM,
    rank=1,
)
