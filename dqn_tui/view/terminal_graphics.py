"""Which of the three protocols for pictures a terminal speaks: what it is asked, and what it answers."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dqn_tui.view.terminal_codes import has_title


class GraphicsProtocol(enum.Enum):
    """Ways to send a terminal a picture, the best first."""

    KITTY = "kitty"
    ITERM = "iTerm2"
    SIXEL = "sixel"


CELL_QUERY = "\x1b[16t"
"""Asks for the size of a cell in pixels."""
QUERY = f"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b]1337;ReportCellSize\a{CELL_QUERY}\x1b[c"
"""A kitty picture to test; iTerm2's size of a cell; that of xterm; the terminal's abilities, among them sixels.

Terminals answer in order, and each answers the last one.
"""
# Prints the codes that it does not know.
_PRINTING_PROGRAMS = ("Apple_Terminal",)
# They pass pictures on only with a setting of their own, and forget where they were.
_MULTIPLEXERS = re.compile(r"(?:tmux|screen).*")
# In pixels; more is no answer to rely on.
_LARGEST_CELL = 200
# What may also be a key with alt; the rest of an answer comes later only over a slow line.
_LONGEST_KEY = 3
_KEY_SECONDS = 0.1
_ANSWER_SECONDS = 2.0
_ANSWER = re.compile(
    r"\x1b_G(?P<kitty>[^\x1b]{0,200})\x1b\\"
    r"|\x1b\]1337;ReportCellSize=(?P<iterm>[\d.;]{1,40})(?:\x1b\\|\a)"
    r"|\x1b\[6;(?P<cell>\d{1,5};\d{1,5})t"
    r"|\x1b\[\?(?P<abilities>[\d;]{1,80})c"
)
_BEGUN_ANSWER = re.compile(
    r"\x1b(?:_G?[^\x1b]{0,200}\x1b?|\]1?3?3?7?;?[a-zA-Z]{0,14}=?[\d.;]{0,40}\x1b?|\[(?:6[\d;]{0,12}|\?[\d;]{0,80}))\Z"
)


def may_query(variables: Mapping[str, str]) -> bool:
    """Return whether a terminal can be asked without printing the question."""
    is_inside = "TMUX" in variables or "STY" in variables or _MULTIPLEXERS.fullmatch(variables.get("TERM", ""))
    return has_title(variables) and not is_inside and variables.get("TERM_PROGRAM") not in _PRINTING_PROGRAMS


@dataclass(frozen=True)
class Graphics:
    """What a terminal answered.

    Attributes:
        protocol: the best protocol that it speaks.
        cell: width and height of a cell in pixels.
    """

    protocol: GraphicsProtocol
    cell: tuple[int, int]


class Answers:
    """Takes a terminal's answers out of what is typed, and learns from them."""

    def __init__(self) -> None:
        self._begun = ""
        self._protocols: set[GraphicsProtocol] = set()
        self._cell: tuple[int, int] | None = None
        self._is_complete = False

    def take(self, text: str) -> str:
        """Return the text without answers; the beginning of one is kept for the next text."""
        text, self._begun = self._begun + text, ""
        if "\x1b" not in text:
            return text
        typed = _ANSWER.sub(self._learn, text)
        if begun := _BEGUN_ANSWER.search(typed):
            typed, self._begun = typed[: begun.start()], typed[begun.start() :]
        return typed

    def give_up(self, idle_seconds: float) -> str:
        """Return what was kept if its end has not come for so long: then it was typed after all."""
        patience = _KEY_SECONDS if len(self._begun) <= _LONGEST_KEY else _ANSWER_SECONDS
        if idle_seconds < patience:
            return ""
        begun, self._begun = self._begun, ""
        return begun

    def find(self, measured: tuple[int, int] | None = None) -> Graphics | None:
        """Return what the terminal can do; None before it has answered, and where it shows no pictures.

        Args:
            measured: the size of a cell as the kernel knows it; stronger than the terminal's own answer.
        """
        cell = measured or self._cell
        best = next((protocol for protocol in GraphicsProtocol if protocol in self._protocols), None)
        return Graphics(best, cell) if self._is_complete and best and cell else None

    def _learn(self, match: re.Match[str]) -> str:
        kind, answer = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "kitty" and answer.endswith(";OK"):
            self._protocols.add(GraphicsProtocol.KITTY)
        elif kind == "iterm":
            self._learn_iterm_cell(answer)
        elif kind == "cell":
            self._set_cell(*reversed([int(part) for part in answer.split(";")]))
        elif kind == "abilities":
            self._is_complete = True
            if "4" in answer.split(";")[1:]:
                self._protocols.add(GraphicsProtocol.SIXEL)
        return ""

    def _learn_iterm_cell(self, answer: str) -> None:
        """Read height and width in points, and the pixels of a point."""
        try:
            height, width, scale = ([float(part) for part in answer.split(";")] + [1.0])[:3]
        except ValueError:
            return
        self._protocols.add(GraphicsProtocol.ITERM)
        self._set_cell(round(width * scale), round(height * scale))

    def _set_cell(self, width: int, height: int) -> None:
        if 1 <= width <= _LARGEST_CELL and 1 <= height <= _LARGEST_CELL:
            self._cell = (width, height)
