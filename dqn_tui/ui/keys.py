"""The table of all keys: bindings, key bar, help screen, command palette and README are generated from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from dqn_tui.view.series import SmoothedSeries


@dataclass(frozen=True, kw_only=True)
class Key:
    """One binding.

    Attributes:
        id: unique name of the binding, for keymaps.
        keys: Textual's names of the keys, separated by commas.
        shown: the keys as people write them, separated by blanks; the first one is shown in the key bar.
        action: Textual action that they run.
        label: one to three words, for the key bar and the palette.
        help: what it does, for the help screen, the palette and the README.
        group: heading in the help screen.
        rank: importance in the key bar, 1 first; 0 keeps the key out of the bar.
        is_command: whether the palette offers it.
        arguments: what the action takes for each of its keys, in their order; empty: nothing.
    """

    id: str
    keys: str
    shown: str
    action: str
    label: str
    help: str
    group: str
    rank: int = 0
    is_command: bool = True
    arguments: tuple[str, ...] = ()

    def call(self, number: int = 0) -> str:
        """Return the action of one of its keys, with its argument."""
        return f"{self.action}({self.arguments[number]})" if self.arguments else self.action

    @property
    def sign(self) -> str:
        """The first of its keys, as the key bar shows it."""
        return self.shown.split()[0]


_TRAINING, _VIEW, _CHARTS, _ROLLOUT = "Training", "View", "Charts", "Rollout"
_PROGRAM, _STOP = "Program", "Stop dialog"
_COMPARE, _TABLE = "Comparison", "Focused table of a comparison"

DASHBOARD_KEYS: tuple[Key, ...] = (
    Key(
        id="pause",
        keys="space,p",
        shown="space p",
        action="toggle_pause",
        label="Pause",
        help="pause / resume training",
        group=_TRAINING,
        rank=1,
    ),
    Key(
        id="step",
        keys="full_stop",
        shown=".",
        action="take_step",
        label="Step",
        help="one environment step while paused",
        group=_TRAINING,
    ),
    Key(
        id="save",
        keys="s",
        shown="s",
        action="save",
        label="Save",
        help="save a checkpoint now",
        group=_TRAINING,
        rank=3,
    ),
    Key(
        id="evaluate",
        keys="e",
        shown="e",
        action="evaluate",
        label="Eval",
        help="evaluate the greedy policy now",
        group=_TRAINING,
        rank=4,
    ),
    Key(
        id="watch",
        keys="w",
        shown="w",
        action="toggle_rollout",
        label="Watch",
        help="watch a greedy rollout / close it",
        group=_TRAINING,
        rank=5,
    ),
    Key(
        id="detach",
        keys="d",
        shown="d",
        action="detach",
        label="Detach",
        help="leave while training continues",
        group=_TRAINING,
        rank=13,
    ),
    Key(
        id="focus",
        keys="1,2,3,4,5,6,7,8,9",
        shown="1-9",
        action="focus_digit",
        label="Focus",
        help="focus the pane with that number",
        group=_VIEW,
        is_command=False,
        arguments=tuple("123456789"),
    ),
    Key(
        id="next",
        keys="tab",
        shown="tab",
        action="focus_next_pane(1)",
        label="Focus",
        help="focus the next pane",
        group=_VIEW,
        rank=10,
        is_command=False,
    ),
    Key(
        id="previous",
        keys="shift+tab",
        shown="shift+tab",
        action="focus_next_pane(-1)",
        label="Back",
        help="focus the previous pane",
        group=_VIEW,
        is_command=False,
    ),
    Key(
        id="zoom",
        keys="z,enter",
        shown="z enter",
        action="zoom",
        label="Zoom",
        help="enlarge the focused pane / restore it",
        group=_VIEW,
        rank=6,
    ),
    Key(
        id="smoother",
        keys="m",
        shown="m",
        action="smooth(1)",
        label="Smooth",
        help=f"smooth more: {', '.join(map(str, SmoothedSeries.WINDOWS))} points",
        group=_VIEW,
        rank=8,
    ),
    Key(
        id="rougher",
        keys="M",
        shown="M",
        action="smooth(-1)",
        label="Smooth less",
        help="smooth less",
        group=_VIEW,
    ),
    Key(
        id="log",
        keys="l",
        shown="l",
        action="toggle_log",
        label="Log y",
        help="logarithmic y axis for the focused chart",
        group=_VIEW,
        rank=9,
    ),
    Key(
        id="freeze",
        keys="f",
        shown="f",
        action="freeze",
        label="Freeze",
        help="freeze / unfreeze the view",
        group=_VIEW,
        rank=7,
    ),
    Key(
        id="back",
        keys="escape",
        shown="esc",
        action="back",
        label="Back",
        help="close crosshair, enlarged pane or rollout",
        group=_VIEW,
        is_command=False,
    ),
    Key(
        id="stop",
        keys="q,ctrl+c,ctrl+q",
        shown="q ctrl+c",
        action="stop",
        label="Stop",
        help="stop dialog; quits once the run is over",
        group=_PROGRAM,
        rank=2,
    ),
    Key(
        id="copy",
        keys="y",
        shown="y",
        action="copy_path",
        label="Copy path",
        help="copy the run folder's path",
        group=_PROGRAM,
        rank=3,
    ),
    Key(
        id="theme",
        keys="T",
        shown="T",
        action="app.next_theme",
        label="Theme",
        help="next colour theme",
        group=_PROGRAM,
        rank=13,
    ),
    Key(
        id="help",
        keys="question_mark,h,f1",
        shown="? h F1",
        action="show_help",
        label="Help",
        help="this help",
        group=_PROGRAM,
        rank=2,
    ),
    Key(
        id="palette",
        keys="ctrl+p",
        shown="ctrl+p",
        action="app.command_palette",
        label="Palette",
        help="command palette",
        group=_PROGRAM,
        rank=12,
        is_command=False,
    ),
    Key(
        id="suspend",
        keys="ctrl+z",
        shown="ctrl+z",
        action="app.suspend_process",
        label="Suspend",
        help="suspend the program; fg resumes it",
        group=_PROGRAM,
    ),
)

CHART_KEYS: tuple[Key, ...] = (
    Key(
        id="chart.crosshair",
        keys="left,right",
        shown="← →",
        action="move_crosshair",
        arguments=("-1", "1"),
        label="Read",
        help="crosshair: one column on",
        group=_CHARTS,
        rank=11,
        is_command=False,
    ),
    Key(
        id="chart.leap",
        keys="shift+left,shift+right,ctrl+left,ctrl+right",
        shown="shift+← →",
        action="move_crosshair",
        arguments=("-10", "10", "-10", "10"),
        label="Leap",
        help="crosshair: ten columns on; also with ctrl",
        group=_CHARTS,
        is_command=False,
    ),
    Key(
        id="chart.edge",
        keys="home,end",
        shown="home end",
        action="crosshair_to_edge",
        arguments=("0", "1"),
        label="Edge",
        help="crosshair: first, last column",
        group=_CHARTS,
        is_command=False,
    ),
    Key(
        id="chart.zoom_in",
        keys="plus,equals_sign",
        shown="+",
        action="zoom_x(1)",
        label="Zoom in",
        help="zoom in along x, at the crosshair",
        group=_CHARTS,
    ),
    Key(
        id="chart.zoom_out",
        keys="minus",
        shown="-",
        action="zoom_x(-1)",
        label="Zoom out",
        help="zoom out along x",
        group=_CHARTS,
    ),
    Key(
        id="chart.pan",
        keys="left_square_bracket,right_square_bracket,pageup,pagedown",
        shown="[ ]",
        action="pan_x",
        arguments=("-1", "1", "-1", "1"),
        label="Pan",
        help="zoomed: earlier, later; also PgUp, PgDn",
        group=_CHARTS,
        is_command=False,
    ),
    Key(
        id="chart.zoom_y",
        keys="up,down",
        shown="↑ ↓",
        action="zoom_y",
        arguments=("1", "-1"),
        label="Zoom y",
        help="zoom in, out along y in the focused chart",
        group=_CHARTS,
        is_command=False,
    ),
    Key(
        id="chart.pan_y",
        keys="shift+up,shift+down,ctrl+up,ctrl+down",
        shown="shift+↑ ↓",
        action="pan_y",
        arguments=("1", "-1", "1", "-1"),
        label="Pan y",
        help="zoomed: up, down; also with ctrl",
        group=_CHARTS,
        is_command=False,
    ),
    Key(
        id="chart.all",
        keys="0",
        shown="0",
        action="show_all",
        label="Show all",
        help="show all of x and y again",
        group=_CHARTS,
    ),
    Key(
        id="chart.unit",
        keys="x",
        shown="x",
        action="switch_x",
        label="X axis",
        help="x axis: steps, time, episodes, updates",
        group=_CHARTS,
        rank=14,
    ),
)
"""Keys of every screen with charts over a common x axis."""

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

WATCH_KEYS: tuple[Key, ...] = (
    Key(
        id="watch.help",
        keys="question_mark,h,f1",
        shown="? h F1",
        action="show_help",
        label="Help",
        help="this help",
        group=_PROGRAM,
        rank=2,
    ),
    Key(
        id="watch.theme",
        keys="T",
        shown="T",
        action="app.next_theme",
        label="Theme",
        help="next colour theme",
        group=_PROGRAM,
        rank=7,
    ),
    Key(
        id="watch.suspend",
        keys="ctrl+z",
        shown="ctrl+z",
        action="app.suspend_process",
        label="Suspend",
        help="suspend the program; fg resumes it",
        group=_PROGRAM,
    ),
    Key(
        id="watch.quit",
        keys="q,ctrl+c,ctrl+q",
        shown="q",
        action="leave",
        label="Quit",
        help="quit",
        group=_PROGRAM,
        rank=1,
    ),
)


COMPARE_KEYS: tuple[Key, ...] = (
    Key(
        id="compare.focus",
        keys="1,2,3,4,5,6,7,8,9",
        shown="1-9",
        action="focus_digit",
        label="Focus",
        help="focus the pane with that number",
        group=_COMPARE,
        is_command=False,
        arguments=tuple("123456789"),
    ),
    Key(
        id="compare.next",
        keys="tab",
        shown="tab",
        action="focus_next_pane(1)",
        label="Focus",
        help="focus the next pane",
        group=_COMPARE,
        rank=8,
        is_command=False,
    ),
    Key(
        id="compare.previous",
        keys="shift+tab",
        shown="shift+tab",
        action="focus_next_pane(-1)",
        label="Back",
        help="focus the previous pane",
        group=_COMPARE,
        is_command=False,
    ),
    Key(
        id="compare.zoom",
        keys="z,enter",
        shown="z enter",
        action="zoom",
        label="Zoom",
        help="enlarge the focused pane / restore it",
        group=_COMPARE,
        rank=5,
    ),
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
    Key(
        id="compare.smoother",
        keys="m",
        shown="m",
        action="smooth(1)",
        label="Smooth",
        help=f"smooth more: {', '.join(map(str, SmoothedSeries.WINDOWS))} points",
        group=_COMPARE,
        rank=6,
    ),
    Key(
        id="compare.rougher",
        keys="M",
        shown="M",
        action="smooth(-1)",
        label="Smooth less",
        help="smooth less",
        group=_COMPARE,
    ),
    Key(
        id="compare.log",
        keys="l",
        shown="l",
        action="toggle_log",
        label="Log y",
        help="logarithmic y axis for the focused chart",
        group=_COMPARE,
        rank=7,
    ),
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
        group=_PROGRAM,
        rank=1,
    ),
    Key(
        id="compare.theme",
        keys="T",
        shown="T",
        action="app.next_theme",
        label="Theme",
        help="next colour theme",
        group=_PROGRAM,
        rank=9,
    ),
    Key(
        id="compare.help",
        keys="question_mark,h,f1",
        shown="? h F1",
        action="show_help",
        label="Help",
        help="this help",
        group=_PROGRAM,
        rank=2,
    ),
    Key(
        id="compare.palette",
        keys="ctrl+p",
        shown="ctrl+p",
        action="app.command_palette",
        label="Palette",
        help="command palette",
        group=_PROGRAM,
        rank=10,
        is_command=False,
    ),
    Key(
        id="compare.suspend",
        keys="ctrl+z",
        shown="ctrl+z",
        action="app.suspend_process",
        label="Suspend",
        help="suspend the program; fg resumes it",
        group=_PROGRAM,
    ),
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
        help="one column back, on",
        group=_TABLE,
        is_command=False,
    ),
)
"""Keys of a table of a comparison that has the focus; they take theirs from the charts."""


def bindings(keys: Iterable[Key], *first: str) -> list[BindingType]:
    """Return Textual's bindings for the keys; those in `first` are handled before what has the focus."""
    return [
        Binding(
            name,
            key.call(number),
            key.label,
            show=False,
            id=key.id if number == 0 else f"{key.id}.{number}",
            tooltip=key.help,
            # Ahead of Textual's own bindings of these two on every screen.
            priority=name in ("tab", "shift+tab", *first),
        )
        for key in keys
        for number, name in enumerate(key.keys.split(","))
    ]


def by_group(keys: Sequence[Key]) -> dict[str, list[Key]]:
    """Return the keys under their headings, in the order of the table."""
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(key.group, []).append(key)
    return groups


README_KEYS = (
    *DASHBOARD_KEYS,
    *CHART_KEYS,
    *ROLLOUT_KEYS,
    *STOP_KEYS,
    *(key for key in COMPARE_KEYS if key.group == _COMPARE),
    *TABLE_KEYS,
)
"""The keys in the README's table of keys."""


def key_table_markdown(keys: Sequence[Key] = README_KEYS) -> str:
    """Return keys as a table of the README."""
    lines = ["| Key | Action |", "|---|---|"]
    for group, members in by_group(keys).items():
        lines.append(f"| **{group}** | |")
        lines += [f"| {_code(key.shown)} | {key.help} |" for key in members]
    return "\n".join(lines) + "\n"


def _code(shown: str) -> str:
    return " ".join(f"`{part}`" for part in shown.split())
