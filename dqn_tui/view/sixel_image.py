"""Pictures as sixels: columns of six pixels, a run of them for each colour (DEC VT340; xterm, foot, mlterm, contour).

https://vt100.net/docs/vt3xx-gp/chapter14.html
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_BAND = 6
_MOST_COLOURS = 256
_FIRST = ord("?")
# Shorter runs are as short written out.
_LONG_RUN = re.compile(rb"(.)\1{3,}")


def sixel_image(pixels: Pixels, size: tuple[int, int] | None = None) -> str:
    """Return what draws a picture at the cursor.

    Up to 256 colours that are not close to each other are exact to a percent; of more, the most frequent ones stand
    for those near them.

    Args:
        pixels: uint8 RGB `[H, W, 3]`.
        size: width and height in pixels of the screen, for which some rows and columns are repeated or left out; None
            draws each pixel as one.
    """
    indices, palette = _index_colours(pixels)
    wide, tall = size or indices.shape[::-1]
    indices = _stretch(indices, wide, tall)
    colours = b"".join(
        b"#%d;2;%d;%d;%d" % (number, *colour)
        for number, colour in enumerate(np.rint(palette * (100 / 255)).astype(int).tolist())
    )
    # Many bands of a picture are the same: ground, bricks, walls.
    done: dict[bytes, bytes] = {}
    bands = b"-".join(_band(indices[top : top + _BAND], done) for top in range(0, tall, _BAND))
    return (b'\x1bP0;1q"1;1;%d;%d%b%b\x1b\\' % (wide, tall, colours, bands)).decode()


def _stretch(indices: NDArray[np.uint8], wide: int, tall: int) -> NDArray[np.uint8]:
    rows, columns = (np.arange(count) * own // count for own, count in zip(indices.shape, (tall, wide), strict=True))
    stretched: NDArray[np.uint8] = indices[rows][:, columns]
    return stretched


def _band(indices: NDArray[np.uint8], done: dict[bytes, bytes]) -> bytes:
    """Return up to six rows, from those that were done before if they are the same."""
    key = indices.tobytes()
    if key not in done:
        done[key] = _encode_band(indices)
    return done[key]


def _encode_band(indices: NDArray[np.uint8]) -> bytes:
    """Return up to six rows: for each colour in them, its columns over the whole width."""
    found = np.flatnonzero(np.bincount(indices.ravel(), minlength=_MOST_COLOURS))
    wide = indices.shape[1]
    rank = np.zeros(_MOST_COLOURS, dtype=np.intp)
    rank[found] = np.arange(len(found)) * wide
    columns = np.full(len(found) * wide, _FIRST, dtype=np.uint8)
    for number, row in enumerate(rank[indices] + np.arange(wide)):
        columns[row] += 1 << number
    lines = (columns[start : start + wide].tobytes().rstrip(b"?") for start in range(0, len(columns), wide))
    return b"$".join(
        b"#%d%b" % (colour, _LONG_RUN.sub(_shorten, line)) for colour, line in zip(found.tolist(), lines, strict=True)
    )


def _shorten(run: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (run.end() - run.start(), run[1])


def _index_colours(pixels: Pixels) -> tuple[NDArray[np.uint8], Pixels]:
    """Return the number of each pixel's colour, `[H, W]`, and the colours `[N, 3]`, N <= 256.

    Colours that are the same in five bits of each channel, or in four where they are many, are one.
    """
    for bits in (5, 4):
        codes = _codes(pixels, bits)
        counts = np.bincount(codes, minlength=1 << 3 * bits)
        found = np.flatnonzero(counts)
        if len(found) <= _MOST_COLOURS:
            break
    some_pixel = np.zeros(len(counts), dtype=np.intp)
    some_pixel[codes] = np.arange(len(codes))
    colours = pixels.reshape(-1, 3)[some_pixel[found]]
    kept = colours[np.argsort(-counts[found], kind="stable")[:_MOST_COLOURS]]
    distances = np.abs(colours[:, np.newaxis].astype(np.int16) - kept).sum(axis=2)
    numbers = np.zeros(len(counts), dtype=np.uint8)
    numbers[found] = distances.argmin(axis=1)
    return numbers[codes].reshape(pixels.shape[:2]), kept


def _codes(pixels: Pixels, bits: int) -> NDArray[np.uint16]:
    """Return the first bits of each pixel's channels, one after the other, `[H * W]`."""
    wide = (pixels.reshape(-1, 3) >> (8 - bits)).astype(np.uint16)
    codes: NDArray[np.uint16] = wide[:, 0] << np.uint16(2 * bits) | wide[:, 1] << np.uint16(bits) | wide[:, 2]
    return codes
