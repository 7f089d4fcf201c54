"""Sequences that ring, notify and name a terminal, and which terminal understands which of them.

OSC 9 is iTerm2's notification, OSC 777 that of rxvt-unicode; most newer terminals know one or both. CSI 22 t and
CSI 23 t push and pop the title on xterm's stack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dqn_tui.view.text import plain

BELL = "\a"
SAVE_TITLE = "\x1b[22;0t"
# Where there is no stack, an empty title at least does not claim that the run still trains.
RESTORE_TITLE = "\x1b]2;\a\x1b[23;0t"
_LONGEST_TEXT = 200
# They print what they cannot interpret, or have no window.
_WITHOUT_TITLE = re.compile(r"|dumb|unknown|linux|cons25.*|vt\d+.*|eterm.*")
# By a variable of the terminal's own, which also tmux and ssh's LC_* pass on.
_OSC_777 = ("KONSOLE_VERSION", "VTE_VERSION")
_OSC_9 = ("KITTY_WINDOW_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR", "LC_TERMINAL", "ITERM_SESSION_ID")
_BELL_ONLY_PROGRAMS = ("Apple_Terminal", "vscode", "mintty")


def has_title(variables: Mapping[str, str]) -> bool:
    """Return whether the terminal has a window title that a program may set."""
    return _WITHOUT_TITLE.fullmatch(variables.get("TERM", "")) is None


def title(text: str) -> str:
    """Return what sets the window's title."""
    return f"\x1b]2;{plain(text, _LONGEST_TEXT)}\a"


def notification(text: str, variables: Mapping[str, str]) -> str:
    """Return what shows a desktop notification; empty where the terminal is known to have none.

    tmux passes it on where its option `allow-passthrough` is on, and drops it elsewhere.
    """
    text = plain(text, _LONGEST_TEXT)
    kind = _notification_kind(variables)
    if kind is None:
        return ""
    code = f"\x1b]9;{text}\a" if kind == 9 else f"\x1b]777;notify;dqn-tui;{text}\a"
    return _through_tmux(code) if "TMUX" in variables else code


def _notification_kind(variables: Mapping[str, str]) -> int | None:
    """Return 9 or 777; None where only the bell is understood."""
    name = variables.get("TERM", "")
    is_bare = not has_title(variables) or ("STY" in variables and "TMUX" not in variables)
    if is_bare or variables.get("TERM_PROGRAM") in _BELL_ONLY_PROGRAMS:
        return None
    if any(key in variables for key in _OSC_9):
        return 9
    if name.startswith("rxvt") or any(key in variables for key in _OSC_777):
        return 777
    # Terminals that do not know it ignore it, and over ssh only the bare name of the terminal arrives.
    return 9


def _through_tmux(code: str) -> str:
    escaped = code.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{escaped}\x1b\\"
