"""Text that an environment renders: its letters, and the colours in which it prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.text import plain

_COLOR_SWITCH = re.compile(r"\x1b\[([0-9;]{0,40})m")
RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, OTHER = range(1, 8)
"""Hues as SGR numbers them."""
# Colours that a picture contrasts get different roles.
_ROLES = {RED: "warm", GREEN: "fresh", YELLOW: "fresh", BLUE: "cool", MAGENTA: "warm", CYAN: "cool"}
_EMPHASIS = {1, 30, 37, 38, 90, 97}


class Letter(NamedTuple):
    """One character of a rendered text.

    Attributes:
        char: the character.
        hue: its colour, `RED` to `CYAN`; 0 where it has none of these.
        marking: hue of its background, `OTHER` where that is no hue or the letter is reversed; None without one.
        is_emphasised: whether it is bold, or in a colour that is not a hue.
    """

    char: str
    hue: int = 0
    marking: int | None = None
    is_emphasised: bool = False

    @property
    def role(self) -> str:
        """The role for a letter in a row: a background before a hue before emphasis."""
        if self.marking is not None:
            return "marked"
        return _ROLES.get(self.hue, "accent" if self.is_emphasised else "text")


def read_letters(picture: str) -> list[list[Letter]]:
    """Return the letters of each line, without blank lines at the end and without other escape sequences."""
    return [list(_letters_of(line)) for line in picture.rstrip("\n").splitlines()]


def text_rows(lines: list[list[Letter]]) -> list[Row]:
    """Return the lines as rows of one cell per letter."""
    return [
        [("".join(letter.char for letter in run), role) for role, run in groupby(line, lambda letter: letter.role)]
        for line in lines
    ]


def _letters_of(line: str) -> Iterator[Letter]:
    style = Letter("")
    for place, piece in enumerate(_COLOR_SWITCH.split(line)):
        if place % 2:
            style = _switch(style, piece)
        else:
            yield from (style._replace(char=char) for char in plain(piece))


def _switch(style: Letter, codes: str) -> Letter:
    """Return the style after an SGR sequence; codes add up until a reset."""
    numbers = [int(code) for code in codes.split(";") if code]
    # The codes after 38 or 48 are an index into a palette or an RGB colour.
    end = next((place + 1 for place, number in enumerate(numbers) if number in (38, 48)), len(numbers))
    numbers = numbers[:end]
    if not numbers or 0 in numbers:
        return Letter("")
    for number in numbers:
        kind, hue = divmod(number, 10)
        is_hue = RED <= hue <= CYAN
        if number == 7 or (kind in (4, 10) and number != 49 and hue <= 8):
            style = style._replace(marking=hue if kind and is_hue else OTHER)
        elif kind in (3, 9) and is_hue:
            style = style._replace(hue=hue)
        elif number in _EMPHASIS:
            style = style._replace(is_emphasised=True)
    return style
