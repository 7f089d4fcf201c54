"""Colours and ranges of value pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Pixels = NDArray[np.uint8]

# From low to high, even in brightness and safe for any colour vision (viridis, by van der Walt and Smith 2015).
_SEQUENTIAL = np.array(
    [(68, 1, 84), (65, 68, 135), (42, 120, 142), (34, 168, 132), (122, 209, 81), (253, 231, 37)], np.float64
)
# Below and above zero.
_BELOW, _ABOVE = np.array((70, 140, 255), np.float64), np.array((255, 120, 60), np.float64)
SHADES = " .:-=+*#%@"


@dataclass
class GrowingRange:
    """A range that holds all finite values seen and never shrinks, so that colours of different pictures compare.

    Attributes:
        low, high: its ends; both 0 before anything was seen.
        is_symmetric: whether it reaches as far below zero as above.
    """

    low: float = 0.0
    high: float = 0.0
    is_symmetric: bool = False
    _is_empty: bool = True

    def include(self, values: Values) -> None:
        """Extend the range to the finite ones of some values."""
        finite = values[np.isfinite(values)]
        if not finite.size:
            return
        low, high = float(finite.min()), float(finite.max())
        if self.is_symmetric:
            high = max(abs(low), abs(high))
            low = -high
        self.low, self.high = (low, high) if self._is_empty else (min(self.low, low), max(self.high, high))
        self._is_empty = False

    def shares(self, values: Values) -> NDArray[np.float64]:
        """Return where values lie in the range, in [0, 1]; a half where it has no length. NaN remains."""
        if self.high <= self.low:
            return np.where(np.isnan(values), np.nan, 0.5)
        # Halves, for a range may be wider than any float.
        shares = (np.asarray(values, np.float64) / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return np.clip(shares, 0.0, 1.0)

    @property
    def decimals(self) -> int:
        """Decimals with which values in the range differ visibly: 2 where they are around 1, at most 4."""
        span = max(abs(self.low), abs(self.high))
        power = math.floor(math.log10(span)) if span > 0 else 0
        return max(0, 2 - power) if power >= 0 else min(4, 1 - power)


def sequential(shares: Values) -> Pixels:
    """Return colours from dark (0) to bright (1): RGB uint8 [..., 3]; black for NaN."""
    known = np.nan_to_num(np.asarray(shares, np.float64))
    places = np.linspace(0, 1, len(_SEQUENTIAL))
    channels = [np.interp(known, places, _SEQUENTIAL[:, channel]) for channel in range(3)]
    return _to_pixels(np.stack(channels, axis=-1), shares)


def diverging(shares: Values, neutral: tuple[int, int, int]) -> Pixels:
    """Return colours that show a sign: blue below 1/2, `neutral` there, orange above; RGB uint8 [..., 3]."""
    known = np.nan_to_num(np.asarray(shares, np.float64), nan=0.5)[..., None]
    end = np.where(known < 0.5, _BELOW, _ABOVE)
    strength = np.sqrt(np.abs(2 * known - 1))
    return _to_pixels(np.array(neutral) * (1 - strength) + end * strength, shares)


def is_dark(colour: Pixels) -> bool:
    """Whether white text is easier to read on a colour than black."""
    red, green, blue = (int(channel) for channel in colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128


def _to_pixels(colours: NDArray[np.float64], shares: Values) -> Pixels:
    colours = np.where(np.isnan(np.asarray(shares, np.float64))[..., None], 0.0, colours)
    pixels: Pixels = np.rint(colours).astype(np.uint8)
    return pixels
