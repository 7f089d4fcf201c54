"""Q-values as bars in pixels, beside the pictures of a video."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]

_GROUND, _BAR, _CHOSEN, _INK, _LINE = "#14181f", "#35506b", "#2f8f5b", "#f2f4f7", "#5b6470"
_HIGHEST_ROW = 40
_LOWEST_ROW = 12
_MARGIN = 6


class QBars:
    """Draws the Q-values of one picture after the other, on a scale that includes zero and all values so far.

    Args:
        names: a name for each action; empty where they have none.
        height: of the picture beside them.
    """

    def __init__(self, names: Sequence[str], height: int) -> None:
        self._names, self._height = names, height
        self._width = max(120, min(260, height // 2)) // 2 * 2
        self._low = self._high = 0.0

    def draw(self, q_values: Sequence[float], action: int | None) -> Pixels:
        """Return the bars as uint8 RGB `[height, W, 3]`; the action that is taken next is green and marked.

        Where there is no room for all actions, the best ones are shown.
        """
        finite = [value for value in q_values if math.isfinite(value)]
        self._low, self._high = min([self._low, *finite]), max([self._high, *finite])
        image = Image.new("RGB", (self._width, self._height), _GROUND)
        shown = self._choose(q_values, action)
        row = min(_HIGHEST_ROW, self._height // max(1, len(shown)))
        above = (self._height - row * len(shown)) // 2
        font = ImageFont.load_default(size=max(8, min(15, row - 4)))
        draw = ImageDraw.Draw(image)
        for place, number in enumerate(shown):
            self._draw_row(draw, font, above + place * row, row, number, q_values[number], is_chosen=number == action)
        zero = self._x(0.0)
        draw.line((zero, above, zero, above + row * len(shown) - 1), fill=_LINE)
        return np.asarray(image)

    def _choose(self, q_values: Sequence[float], action: int | None) -> list[int]:
        room = max(1, self._height // _LOWEST_ROW)
        numbers = range(len(q_values))
        if len(q_values) <= room:
            return list(numbers)
        best = sorted(numbers, key=lambda number: (number != action, -q_values[number]))
        return sorted(best[:room])

    def _draw_row(
        self, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
        top: int, row: int, number: int, value: float, *, is_chosen: bool,
    ) -> None:  # fmt: skip
        if math.isfinite(value):
            ends = sorted((self._x(0.0), self._x(value)))
            draw.rectangle((ends[0], top + 1, ends[1], top + row - 2), fill=_CHOSEN if is_chosen else _BAR)
        name = self._names[number] if number < len(self._names) else f"Q({number})"
        middle = top + row / 2
        draw.text((2 * _MARGIN, middle), f"{'> ' if is_chosen else ''}{name}", fill=_INK, font=font, anchor="lm")
        draw.text((self._width - 2 * _MARGIN, middle), f"{value:.2f}", fill=_INK, font=font, anchor="rm")

    def _x(self, value: float) -> int:
        span = self._high - self._low
        room = self._width - 2 * _MARGIN - 1
        return _MARGIN + (round((value - self._low) / span * room) if span > 0 else 0)
