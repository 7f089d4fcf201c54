"""A terminal with graphics of its own: it answers what it is asked, and keeps the pictures that are drawn."""

from __future__ import annotations

import io
import re
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyte
from numpy.typing import NDArray
from PIL import Image

from tests.terminal import Terminal

CELL = (8, 16)
_CODE = re.compile(
    r"\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
    r"|\x1b\](?P<osc>1337;[^\x1b\a]*)(?:\x1b\\|\a)"
    r"|\x1bP(?P<sixel>[\d;]*q[^\x1b]*)\x1b\\"
    r"|\x1b\[(?P<query>16t|c)",
    re.S,
)
_BEGUN = re.compile(r"\x1b(?:[_P\]][^\x1b\a]*\x1b?|\[?\d*)?\Z", re.S)


@dataclass
class Shown:
    """A picture on the terminal: its first cell, its pixels, and the cells that the program named, if it did."""

    x: int
    y: int
    pixels: NDArray[np.uint8]
    box: tuple[int, int] | None = None

    @property
    def columns(self) -> int:
        """Columns that it covers."""
        return self.box[0] if self.box else -(-self.pixels.shape[1] // CELL[0])

    @property
    def rows(self) -> int:
        """Rows that it covers."""
        return self.box[1] if self.box else -(-self.pixels.shape[0] // CELL[1])

    def covers(self, x: int, y: int) -> bool:
        """Whether it is drawn over a cell."""
        return self.x <= x < self.x + self.columns and self.y <= y < self.y + self.rows


class _Screen(pyte.Screen):
    """Knows which cells text is written to."""

    def __init__(self, columns: int, rows: int) -> None:
        self.written: set[tuple[int, int]] = set()
        super().__init__(columns, rows)

    def draw(self, data: str) -> None:
        for char in data:
            self.written.add((self.cursor.x, self.cursor.y))
            super().draw(char)

    def erase_in_display(self, how: int = 0, *args: Any, **options: Any) -> None:
        self.written.update((x, y) for x in range(self.columns) for y in range(self.lines))
        super().erase_in_display(how, *args, **options)


@dataclass
class _Kitty:
    """Pictures that are transmitted in pieces, and lie over the text."""

    images: dict[int, Shown] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _data: str = ""

    def take(self, command: str, x: int, y: int) -> str:
        """Obey a command; return the answer."""
        head, _, data = command.partition(";")
        keys = dict(pair.split("=") for pair in head.split(","))
        if keys.get("a") == "q":
            return f"\x1b_Gi={keys['i']};OK\x1b\\"
        if keys.get("a") == "d":
            del self.images[int(keys["i"])]
            return ""
        self._keys, self._data = self._keys | keys, self._data + data
        if keys["m"] == "0":
            self._show(x, y)
        return ""

    def _show(self, x: int, y: int) -> None:
        keys, self._keys = self._keys, {}
        assert (keys["f"], keys["o"], keys["q"], keys["C"]) == ("24", "z", "2", "1")
        raw = np.frombuffer(zlib.decompress(b64decode(self._data)), np.uint8)
        self._data = ""
        box = (int(keys["c"]), int(keys["r"])) if "c" in keys else None
        self.images[int(keys["i"])] = Shown(x, y, raw.reshape(int(keys["v"]), int(keys["s"]), 3), box)


class GraphicsTerminal(Terminal):
    """A terminal that speaks "kitty", "iTerm2" or "sixel"; the latter two draw into the cells, and text erases them.

    Attributes:
        protocol: what it speaks; "" for none.
        is_silent: whether it answers nothing at all.
    """

    def __init__(
        self,
        command: Sequence[str],
        protocol: str,
        columns: int = 120,
        rows: int = 40,
        *,
        is_silent: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.protocol, self.is_silent = protocol, is_silent
        self._kitty = _Kitty()
        self._in_cells: list[Shown] = []
        self._held = ""
        super().__init__(command, columns, rows, variables, is_fresh=True)
        self.screen = self._cells = _Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)

    @property
    def images(self) -> list[Shown]:
        """The pictures that can be seen; a picture in cells goes as soon as text is written to one of them."""
        if self.protocol == "kitty":
            return list(self._kitty.images.values())
        return self._in_cells

    def _feed(self, text: str) -> None:
        text, self._held = self._held + text, ""
        if begun := _BEGUN.search(text):
            text, self._held = text[: begun.start()], text[begun.start() :]
        start = 0
        for match in _CODE.finditer(text):
            self._feed_text(text[start : match.start()])
            start = match.end()
            self._obey(match)
        self._feed_text(text[start:])

    def _feed_text(self, text: str) -> None:
        self._cells.written.clear()
        super()._feed(text)
        written = self._cells.written
        self._in_cells = [one for one in self._in_cells if not any(one.covers(x, y) for x, y in written)]

    def _obey(self, match: re.Match[str]) -> None:
        answer = ""
        x, y = self.screen.cursor.x, self.screen.cursor.y
        if (command := match["kitty"]) is not None and self.protocol == "kitty":
            answer = self._kitty.take(command, x, y)
        elif (command := match["osc"]) is not None and self.protocol == "iTerm2":
            answer = self._take_iterm(command, x, y)
        elif (command := match["sixel"]) is not None:
            assert self.protocol == "sixel"
            self._draw_into_cells(Shown(x, y, decode_sixels(command)))
        elif match["query"] == "16t" and self.protocol:
            answer = f"\x1b[6;{CELL[1]};{CELL[0]}t"
        elif match["query"] == "c":
            answer = f"\x1b[?62;{'4;' if self.protocol == 'sixel' else ''}22c"
        if answer and not self.is_silent:
            self.send(answer.encode())

    def _take_iterm(self, command: str, x: int, y: int) -> str:
        if command == "1337;ReportCellSize":
            return f"\x1b]1337;ReportCellSize={CELL[1] / 2};{CELL[0] / 2};2.0\x1b\\"
        head, _, data = command.partition(":")
        keys = dict(pair.split("=") for pair in head.removeprefix("1337;File=").split(";"))
        file = b64decode(data)
        assert int(keys["size"]) == len(file)
        pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        self._draw_into_cells(Shown(x, y, pixels, (int(keys["width"]), int(keys["height"]))))
        return ""

    def _draw_into_cells(self, shown: Shown) -> None:
        self._in_cells = [one for one in self._in_cells if not one.covers(shown.x, shown.y)]
        self._in_cells.append(shown)


def decode_sixels(command: str) -> NDArray[np.uint8]:
    """Return the picture of a sixel command, one column of six pixels after the other."""
    raster = re.match(r'[\d;]*q"1;1;(\d+);(\d+)', command)
    assert raster is not None
    wide, tall = int(raster[1]), int(raster[2])
    picture = np.full((-(-tall // 6) * 6, wide, 3), -1, dtype=np.int16)
    palette: dict[int, list[int]] = {}
    colour = x = top = 0
    for code in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", command[raster.end() :]):
        if code[1]:
            colour = int(code[1])
            if code[2]:
                palette[colour] = [round(int(code[channel]) * 255 / 100) for channel in (2, 3, 4)]
        elif code[8]:
            x, top = 0, top + 6 * (code[8] == "-")
        else:
            count, bits = int(code[5] or 1), ord(code[6] or code[7]) - 63
            for row in range(6):
                if bits >> row & 1:
                    picture[top + row, x : x + count] = palette[colour]
            x += count
    assert (picture[:tall] >= 0).all(), "a pixel was left out"
    assert (picture[tall:] < 0).all(), "a pixel was drawn below the picture"
    return picture[:tall].astype(np.uint8)
