"""All keys of the dashboard in one table: bindings, key bar, help screen and README are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Key:
    """One binding.

    Attributes:
        id: name of the binding, for keymaps.
        keys: Textual's names of the keys, with commas between.
        shown: the keys as people write them.
        action: Textual action that they call.
        label: one or two words, for the key bar.
        help: what it does, for the help screen and the README.
        group: heading in the help screen.
        rank: place in the key bar; the higher ranks fall off first where it is narrow. 0: not in the bar.
    """

    id: str
    keys: str
    shown: str
    action: str
    label: str
    help: str
    group: str
    rank: int = 0


_TRAINING, _LOOK, _ROLLOUT, _PROGRAM, _STOP = "Training", "Looking", "Rollout", "Program", "Stop dialog"

DASHBOARD_KEYS: tuple[Key, ...] = (
    Key("pause", "space,p", "space p", "toggle_pause", "Pause", "pause training, resume it", _TRAINING, 1),
    Key("step", "full_stop", ".", "take_step", "Step", "one environment step while paused", _TRAINING),
    Key("save", "s", "s", "save", "Save", "save a checkpoint now", _TRAINING, 3),
    Key("evaluate", "e", "e", "evaluate", "Eval", "evaluate the greedy policy now", _TRAINING, 4),
    Key(
        "watch",
        "w",
        "w",
        "toggle_rollout",
        "Watch",
        "watch a greedy rollout; again or esc: back",
        _TRAINING,
        5,
    ),
    Key("focus", "1,2,3,4,5,6,7,8,9", "1…9", "focus_pane", "Focus", "focus the pane of that number", _LOOK),
    Key("next", "tab", "tab", "next_pane(1)", "Focus", "focus the next pane", _LOOK, 10),
    Key("previous", "shift+tab", "shift+tab", "next_pane(-1)", "Back", "focus the pane before", _LOOK),
    Key("zoom", "z,enter", "z enter", "zoom", "Zoom", "enlarge the focused pane; again or esc: back", _LOOK, 6),
    Key("smoother", "m", "m", "smooth(1)", "Smooth", "smooth the charts more: off, 5, 20, 50, 100", _LOOK, 8),
    Key("rougher", "M", "M", "smooth(-1)", "Rougher", "smooth the charts less", _LOOK),
    Key("log", "l", "l", "toggle_log", "Log y", "logarithmic axis for the focused chart", _LOOK, 9),
    Key("freeze", "f", "f", "freeze", "Freeze", "freeze the view; training goes on", _LOOK, 7),
    Key("back", "escape", "esc", "back", "Back", "back: out of the rollout or the large pane", _LOOK),
    Key(
        "stop",
        "q,ctrl+c,ctrl+q",
        "q ctrl+c",
        "stop",
        "Stop",
        "the stop dialog; quits at once after the end",
        _PROGRAM,
        2,
    ),
    Key("theme", "T", "T", "next_theme", "Theme", "next colour theme", _PROGRAM, 11),
    Key("help", "question_mark,h,f1", "? h F1", "show_help", "Help", "this help", _PROGRAM, 2),
    Key("palette", "ctrl+p", "ctrl+p", "command_palette", "Palette", "command palette", _PROGRAM, 12),
    Key(
        "suspend",
        "ctrl+z",
        "ctrl+z",
        "suspend_process",
        "Suspend",
        "suspend the program; fg goes on",
        _PROGRAM,
    ),
)

ROLLOUT_KEYS: tuple[Key, ...] = (
    Key("rollout.play", "space", "space", "toggle_play", "Play", "play, or stand still", _ROLLOUT, 1),
    Key("rollout.forward", "right,full_stop", "→ .", "forward", "Frame", "one frame forward", _ROLLOUT, 4),
    Key(
        "rollout.faster",
        "plus,equals_sign",
        "+",
        "change_speed(1)",
        "Faster",
        "play faster, to 16×",
        _ROLLOUT,
        5,
    ),
    Key("rollout.slower", "minus", "-", "change_speed(-1)", "Slower", "play slower, to 0.25×", _ROLLOUT, 6),
    Key(
        "rollout.new",
        "n",
        "n",
        "new_episode",
        "New",
        "a new episode, with the policy as it is now",
        _ROLLOUT,
        3,
    ),
    Key("rollout.close", "escape,w", "esc w", "leave", "Back", "close the rollout", _ROLLOUT, 2),
)

STOP_KEYS: tuple[Key, ...] = (
    Key("stop.save", "s", "s", "choose('save')", "Stop and save", "stop and save a checkpoint", _STOP),
    Key("stop.kill", "k", "k", "choose('kill')", "Stop without saving", "stop without saving", _STOP),
    Key("stop.cancel", "c,escape,q", "c esc", "choose('cancel')", "Keep training", "cancel", _STOP),
    Key(
        "stop.again",
        "ctrl+c",
        "ctrl+c",
        "choose('save')",
        "Stop and save",
        "a second time: stop and save",
        _STOP,
    ),
)

WATCH_KEYS: tuple[Key, ...] = (
    Key("watch.help", "question_mark,h,f1", "? h F1", "show_help", "Help", "this help", _PROGRAM, 2),
    Key("watch.theme", "T", "T", "next_theme", "Theme", "next colour theme", _PROGRAM, 7),
    Key("watch.suspend", "ctrl+z", "ctrl+z", "suspend_process", "Suspend", "suspend the program", _PROGRAM),
    Key("watch.quit", "q,ctrl+c,ctrl+q", "q", "leave", "Quit", "quit", _PROGRAM, 1),
)


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """Textual's bindings for the table; each digit gets its own pane."""
    made: list[BindingType] = []
    for key in keys:
        for number, name in enumerate(key.keys.split(",")):
            is_digit = key.action == "focus_pane"
            made.append(
                Binding(
                    name,
                    f"focus_pane({name})" if is_digit else key.action,
                    key.label,
                    show=False,
                    id=key.id if number == 0 else f"{key.id}.{number}",
                    tooltip=key.help,
                    # Textual's screens bind these two themselves.
                    priority=name in ("tab", "shift+tab"),
                )
            )
    return made


def by_group(keys: Sequence[Key]) -> dict[str, list[Key]]:
    """The keys under their headings, in the order of the table."""
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(key.group, []).append(key)
    return groups


def key_table_markdown() -> str:
    """The key table of the README."""
    lines = ["| Key | Action |", "|---|---|"]
    for group, keys in by_group((*DASHBOARD_KEYS, *ROLLOUT_KEYS, *STOP_KEYS)).items():
        lines.append(f"| **{group}** | |")
        lines += [f"| {_code(key.shown)} | {key.help} |" for key in keys]
    return "\n".join(lines) + "\n"


def _code(shown: str) -> str:
    return " ".join(f"`{part}`" for part in shown.split())
