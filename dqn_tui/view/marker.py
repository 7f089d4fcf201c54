"""The characters that a terminal can draw charts with."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from dqn_tui.view.text import MARKERS

# The Linux console's fonts have block elements but no braille.
_CONSOLES = ("linux",)
# Strongest first.
_LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")
_named: str | None = None


def detect_marker(variables: Mapping[str, str] = os.environ, encoding: str | None = None) -> str:
    """Return `"braille"` for a UTF-8 terminal, `"block"` for a Linux console, else `"ascii"`.

    In the locale C, Python writes UTF-8, too, but the terminal need not understand it.
    """
    locale = next((value for name in _LOCALE_VARIABLES if (value := variables.get(name))), "")
    if locale in ("C", "POSIX"):
        return "ascii"
    name = (encoding or getattr(sys.stderr, "encoding", None) or "ascii").lower().replace("-", "")
    if name != "utf8":
        return "ascii"
    return "block" if variables.get("TERM") in _CONSOLES else "braille"


def choose_marker(detected: str, remembered: str | None) -> str:
    """Return the remembered marker, or the detected one if that is poorer: the terminal cannot draw more."""
    return max(detected, remembered, key=MARKERS.index) if remembered in MARKERS else detected


def name_marker(marker: str | None) -> None:
    """Note the marker that the command line of this process names; None: it leaves the choice to the program."""
    global _named
    _named = marker


def named_marker() -> str | None:
    """Return the marker that the command line names: everything is drawn with its characters, pictures, too."""
    return _named
