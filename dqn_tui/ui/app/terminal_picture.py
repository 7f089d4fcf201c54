"""What is on the terminal, cell by cell, so that an update writes only the cells that differ.

Textual repaints whole runs of text, each with its complete style; most of an update is then what the terminal shows
already. A slow line, such as ssh over a mobile network, needs every byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import ne
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

# Attributes of a style, the code that turns each on, and the one that turns it off.
_ATTRIBUTES = (
    ("bold", "1", "22"), ("dim", "2", "22"), ("italic", "3", "23"), ("underline", "4", "24"), ("blink", "5", "25"),
    ("blink2", "6", "25"), ("reverse", "7", "27"), ("conceal", "8", "28"), ("strike", "9", "29"),
)  # fmt: skip
_OFF = {on: off for _, on, off in _ATTRIBUTES}
# Attributes that can be seen on a blank, too.
_ON_BLANKS = {"4", "7", "9"}
# A cell is a number: the style's above these bits, the code point below.
_BITS = 21
_CODE = (1 << _BITS) - 1
_BLANK = ord(" ")
# A run of changed cells (1), with up to three between that are not (0), which cost less than moving over them.
_CHANGED = re.compile(rb"\x01(?:\x00{0,3}\x01)*")
# A rollout's picture has a style for every pair of colours.
_MOST_LOOKS = 20_000
# Texts whose cells are kept: edges, labels and curves that come again with the next frame.
_MOST_TEXTS = 4_000


class Look(NamedTuple):
    """What a terminal makes of a style: codes of its attributes and its colours; an empty colour is the default."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""

    @property
    def on_blanks(self) -> Look:
        """What remains of it where nothing is printed: all of it where an attribute shows the colour."""
        return self if _ON_BLANKS.intersection(self.attributes) else Look(background=self.background)

    def after(self, before: Look) -> str:
        """Return the shortest sequence that changes a look to this one."""
        whole = ["0", *self.attributes, self.color, self.background]
        gone = {_OFF[code] for code in before.attributes if code not in self.attributes}
        kept = {code for code in before.attributes if _OFF[code] not in gone}
        change = [*sorted(gone), *(code for code in self.attributes if code not in kept)]
        change += [self.color or "39"] if self.color != before.color else []
        change += [self.background or "49"] if self.background != before.background else []
        codes = min((";".join(filter(None, codes)) for codes in (change, whole)), key=len)
        return f"\x1b[{codes}m" if codes else ""


class Looks:
    """A number for each look, and the sequences from one to another."""

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._looks = [Look()]
        self._numbers: dict[Look, int] = {Look(): 0}
        self._of_style: dict[Style | None, tuple[int, int]] = {None: (0, 0)}
        self._on_blanks = [0]
        self._changes: dict[tuple[int, int], str] = {}

    def __len__(self) -> int:
        return len(self._of_style)

    def find(self, style: Style | None) -> tuple[int, int]:
        """Return the numbers of a style's look, and of its look on blanks."""
        found = self._of_style.get(style)
        if found is None:
            number = self._number(self._look(style) if style else Look())
            found = self._of_style[style] = number, self._on_blanks[number]
        return found

    def change(self, before: int, after: int, code: int) -> tuple[str, int]:
        """Return the sequence before a character, and the look that is then set."""
        if before == after or (code == _BLANK and self._on_blanks[before] == after):
            return "", before
        pair = before, after
        if pair not in self._changes:
            self._changes[pair] = self._looks[after].after(self._looks[before])
        return self._changes[pair], after

    def _number(self, look: Look) -> int:
        number = self._numbers.get(look)
        if number is None:
            number = self._numbers[look] = len(self._looks)
            self._looks.append(look)
            self._on_blanks.append(number)
            self._on_blanks[number] = self._number(look.on_blanks)
        return number

    def _look(self, style: Style) -> Look:
        attributes = tuple(code for name, code, _ in _ATTRIBUTES if getattr(style, name))
        color, background = (
            ";".join(one.downgrade(self._system).get_ansi_codes(is_front)) if one else ""
            for one, is_front in ((style.color, True), (style.bgcolor, False))
        )
        return Look(attributes, "" if color == "39" else color, "" if background == "49" else background)


class TerminalPicture:
    """The cells of the terminal as far as they are known."""

    def __init__(self) -> None:
        self._rows: dict[int, list[int]] = {}
        self._texts: dict[tuple[str, Style | None], list[int] | None] = {}
        self._system = ColorSystem.TRUECOLOR
        self._looks = Looks(self._system)

    def forget(self) -> None:
        """Know nothing, so that all that is drawn next is written."""
        self._rows.clear()

    def is_blank(self, x: int, y: int, columns: int, rows: int) -> bool:
        """Return whether nothing is printed in these cells, as far as is known."""
        for number in range(y, y + rows):
            cells = self._rows.get(number, [])[x : x + columns]
            if len(cells) < columns or any(cell != -1 and cell & _CODE != _BLANK for cell in set(cells)):
                return False
        return True

    def write(self, update: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """Return what brings the terminal up to date; a new layout is written whole."""
        if isinstance(update, LayoutUpdate):
            self.forget()
        return self.write_strips(_strips_of(update), console)

    def write_strips(self, strips: Iterable[tuple[int, int, Strip]], console: Console) -> str:
        """Return what draws strips, each with its row and its first column, where they differ from the terminal."""
        system = console._color_system or ColorSystem.TRUECOLOR
        if system is not self._system or len(self._looks) > _MOST_LOOKS:
            self._system, self._looks = system, Looks(system)
            self._texts.clear()
            self.forget()
        pen = _Pen(self._looks)
        for y, x, strip in strips:
            cells = self._cells_of(strip)
            if cells is None:
                # Characters of other widths than one cell: where each of them is, only the terminal knows.
                self._remember(y, x, [-1] * strip.cell_length)
                pen.write_plain(x, y, strip.render(console))
                continue
            row = self._rows.get(y, [])
            known = row[x : x + len(cells)]
            if known != cells:
                self._remember(y, x, cells)
                known += [-1] * (len(cells) - len(known))
                for start, end in _changed_runs(known, cells):
                    pen.write(x + start, y, cells[start:end])
        return pen.finish()

    def _cells_of(self, strip: Strip) -> list[int] | None:
        """Return the cells of a strip; None if a character is not exactly one cell wide."""
        cells: list[int] = []
        texts = self._texts
        for text, style, _ in strip:
            key = text, style
            found = texts[key] if key in texts else self._find_cells(text, style)
            if found is None:
                return None
            cells += found
        return cells

    def _find_cells(self, text: str, style: Style | None) -> list[int] | None:
        """Return the cells of a text, and keep them."""
        if len(self._texts) >= _MOST_TEXTS:
            self._texts.clear()
        number, on_blanks = self._looks.find(style)
        base, blank = number << _BITS, on_blanks << _BITS | _BLANK
        cells = [blank if char == " " else base | ord(char) for char in text] if _has_plain_cells(text) else None
        self._texts[text, style] = cells
        return cells

    def _remember(self, y: int, x: int, cells: list[int]) -> None:
        row = self._rows.setdefault(y, [])
        if len(row) < x:
            row += [-1] * (x - len(row))
        row[x : x + len(cells)] = cells


def _has_plain_cells(text: str) -> bool:
    """Return whether each character takes exactly one cell."""
    return (text.isascii() and text.isprintable()) or all(map(_is_narrow, set(text)))


@lru_cache(maxsize=4096)
def _is_narrow(char: str) -> bool:
    return get_character_cell_size(char) == 1


class _Pen:
    """Writes runs of cells with as few sequences as possible."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._parts: list[str] = []
        self._look = 0
        self._place: tuple[int, int] | None = None

    def write(self, x: int, y: int, cells: list[int]) -> None:
        """Write cells from a place on."""
        self._move(x, y)
        append, look, change = self._parts.append, self._look, self._looks.change
        for cell in cells:
            if (number := cell >> _BITS) != look:
                sequence, look = change(look, number, cell & _CODE)
                if sequence:
                    append(sequence)
            append(chr(cell & _CODE))
        self._look, self._place = look, (x + len(cells), y)

    def write_plain(self, x: int, y: int, text: str) -> None:
        """Write a text that brings its styles with it."""
        self._parts.append(self._reset())
        self._parts.append(f"\x1b[{y + 1};{x + 1}H{text}")
        self._place = None

    def _move(self, x: int, y: int) -> None:
        if self._place is not None and self._place[1] == y and x - self._place[0] >= 0:
            distance = x - self._place[0]
            self._parts.append(f"\x1b[{distance if distance > 1 else ''}C" if distance else "")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")

    def _reset(self) -> str:
        was_set, self._look = self._look != 0, 0
        return "\x1b[0m" if was_set else ""

    def finish(self) -> str:
        """Return all that was written; the style is the terminal's own again."""
        return "".join((*self._parts, self._reset()))


class LeanUpdate(CompositorUpdate):
    """An update of Textual's, written as the difference to what the terminal shows."""

    def __init__(self, picture: TerminalPicture, update: LayoutUpdate | ChopsUpdate) -> None:
        self._picture, self._update = picture, update

    def __rich_console__(self, console: Console, options: object) -> Iterator[Segment]:
        """Yield the update as one segment."""
        yield Segment(self.render_segments(console))

    def render_segments(self, console: Console) -> str:
        """Return the bytes to write, as text; the picture takes them as written."""
        return self._picture.write(self._update, console)


def _strips_of(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield row, first column and content of each strip of an update."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, left, right in update.spans:
        for end, (x, part) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if part is not None and x < right and end > left:
                yield y, x, part if end <= right else part.crop(0, right - x)


def _changed_runs(known: list[int], cells: list[int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the stretches that differ; short ones between that do not are passed over."""
    for run in _CHANGED.finditer(bytes(map(ne, known, cells))):
        yield run.span()
