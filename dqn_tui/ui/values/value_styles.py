"""Styles of value pictures: shades as backgrounds, with ink that can be read on them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style

from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.grids import ERROR
from dqn_tui.view.text import number
from dqn_tui.view.value_scale import SHADES, GrowingRange, Pixels, diverging, is_dark, sequential

# So few that small changes of values are not drawn again, and styles are cached.
_LEVELS = 48
_LEAST_RAMP = 10


def shade(values: NDArray[np.floating], scale: GrowingRange, mode: str, colors: Colors) -> Pixels:
    """Return the colours of values, RGB uint8 [..., 3]: with a sign for errors, else from dark to bright."""
    shares = np.rint(scale.shares(values) * _LEVELS) / _LEVELS
    return diverging(shares, neutral(colors)) if mode == ERROR else sequential(shares)


def neutral(colors: Colors) -> tuple[int, int, int]:
    """Return the colour of nothing: a little off the background."""
    mixed = colors.background.blend(colors.foreground, 0.12, alpha=1)
    return mixed.rgb


def on_shade(colour: Pixels) -> Style:
    """Return bold text on a colour, black or white."""
    red, green, blue = (int(channel) for channel in colour)
    return _style(red << 16 | green << 8 | blue, is_dark(colour))


@lru_cache(maxsize=4096)
def _style(value: int, has_white_ink: bool) -> Style:
    ground = Color.from_rgb(value >> 16, value >> 8 & 255, value & 255)
    return Style(color="#ffffff" if has_white_ink else "#101418", bgcolor=ground, bold=True)


def scale_row(scale: GrowingRange, mode: str, width: int, colors: Colors, *, is_ascii: bool, note: str = "") -> Row:
    """Return the range of colours with the numbers at its ends, and a note."""
    low, high = number(scale.low), number(scale.high)
    length = max(_LEAST_RAMP, min(24, width - len(low) - len(high) - len(note) - 6))
    ramp = shade(np.linspace(scale.low, scale.high, length), scale, mode, colors)
    chars = [SHADES[place * (len(SHADES) - 1) // max(1, length - 1)] if is_ascii else " " for place in range(length)]
    bar: Row = [(char, on_shade(colour)) for char, colour in zip(chars, ramp, strict=True)]
    return [(f" {low} ", "number"), *bar, (f" {high}  ", "number"), (note, "muted")]
