"""Prints entries: a title, and lines with a label each; wrapped and coloured on a terminal, whole lines elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dqn_tui.commands.streams import own_output, print_text
from dqn_tui.view.text import plain

WIDEST = 120
_INDENT, _GAP = "  ", "  "
_BOLD, _DIM, _GREEN, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[0m"
_ARGUMENT = re.compile(r" (?!--)")
_KEPT_SPACE = "\N{NO-BREAK SPACE}"


class Line(NamedTuple):
    """A line of an entry, left out where the text is empty; a label is not repeated in the next line.

    A command that is too long continues after a backslash, so that it can be copied.
    """

    label: str
    text: str
    is_command: bool = False


class Entry(NamedTuple):
    """What is printed of one thing; `is_there` is None where it cannot be missing."""

    title: str
    lines: Sequence[Line]
    is_there: bool | None = None


def print_entries(entries: Sequence[Entry]) -> None:
    """Print entries with an empty line between them.

    Raises:
        OutputLostError: standard output takes nothing more.
    """
    is_terminal = own_output().isatty() and os.environ.get("TERM") != "dumb"
    width = min(shutil.get_terminal_size().columns, WIDEST) if is_terminal else None
    has_colour = is_terminal and not os.environ.get("NO_COLOR")
    print_text("\n".join(format_entries(entries, width, has_colour=has_colour)))


def format_entries(entries: Sequence[Entry], width: int | None, *, has_colour: bool) -> Iterator[str]:
    """Yield lines of at most `width` cells, as far as words allow; whole lines for None."""
    label_width = max(len(line.label) for entry in entries for line in entry.lines)
    margin = len(_INDENT) + label_width + len(_GAP)
    bold, dim, green, reset = (_BOLD, _DIM, _GREEN, _RESET) if has_colour else ("", "", "", "")
    states = {None: "", True: f"{_GAP}{green}installed{reset}", False: f"{_GAP}{dim}not installed{reset}"}
    for number, entry in enumerate(entries):
        if number:
            yield ""
        yield f"{bold}{plain(entry.title)}{reset}{states[entry.is_there]}"
        last = ""
        for line in filter(lambda line: line.text, entry.lines):
            label = "" if line.label == last else line.label
            last = line.label
            first, *others = _wrap(line, width and max(width - margin, 1))
            yield f"{_INDENT}{dim}{label:{label_width}}{reset}{_GAP}{first}"
            yield from (f"{'':{margin}}{text}" for text in others)


def _wrap(line: Line, room: int | None) -> list[str]:
    text = plain(line.text)
    if room is None:
        return [text]
    if not line.is_command:
        return _fill(text, room)
    # Options stay with their values.
    parts = [part.replace(_KEPT_SPACE, " ") for part in _fill(_ARGUMENT.sub(_KEPT_SPACE, text), room - len(" \\"))]
    return [*(f"{part} \\" for part in parts[:-1]), parts[-1]]


def _fill(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, max(room, 1), break_long_words=False, break_on_hyphens=False)
