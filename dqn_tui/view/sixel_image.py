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
_BITS = (1 << np.arange(_BAND, dtype=np.uint8))[:, np.newaxis]
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
    bands = b"-".join(_band(indices[top : top + _BAND]) for top in range(0, tall, _BAND))
    return (b'\x1bP0;1q"1;1;%d;%d%b%b\x1b\\' % (wide, tall, colours, bands)).decode()


def _stretch(indices: NDArray[np.uint8], wide: int, tall: int) -> NDArray[np.uint8]:
    rows, columns = (np.arange(count) * own // count for own, count in zip(indices.shape, (tall, wide), strict=True))
    stretched: NDArray[np.uint8] = indices[rows][:, columns]
    return stretched


def _band(indices: NDArray[np.uint8]) -> bytes:
    """Return up to six rows: for each colour in them, its columns over the whole width."""
    found = np.flatnonzero(np.bincount(indices.ravel(), minlength=_MOST_COLOURS))
    bits = _BITS[: len(indices)]
    lines = []
    for colour in found.tolist():
        columns = (np.where(indices == colour, bits, 0).sum(axis=0, dtype=np.uint8) + _FIRST).tobytes()
        lines.append(b"#%d%b" % (colour, _LONG_RUN.sub(_shorten, columns.rstrip(b"?"))))
    return b"$".join(lines)


def _shorten(run: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (run.end() - run.start(), run[1])


def _index_colours(pixels: Pixels) -> tuple[NDArray[np.uint8], Pixels]:
    """Return the number of each pixel's colour, `[H, W]`, and the colours `[N, 3]`, N <= 256."""
    codes, colours, counts = _group_colours(pixels, 5)
    if len(colours) > _MOST_COLOURS:
        codes, colours, counts = _group_colours(pixels, 4)
    kept = colours[np.argsort(-counts, kind="stable")[:_MOST_COLOURS]]
    distances = np.abs(colours[:, np.newaxis].astype(np.int16) - kept).sum(axis=2)
    return distances.argmin(axis=1).astype(np.uint8)[codes], kept


def _group_colours(pixels: Pixels, bits: int) -> tuple[NDArray[np.int64], Pixels, NDArray[np.int64]]:
    """Group colours that are the same in so many bits of each channel.

    Returns:
        groups: the number of each pixel's group, `[H, W]`.
        colours: for each group the colour of one of its pixels, `[N, 3]`.
        counts: the pixels in each group, `[N]`.
    """
    wide = (pixels >> (8 - bits)).astype(np.int64)
    codes = wide[..., 0] << 2 * bits | wide[..., 1] << bits | wide[..., 2]
    counts = np.bincount(codes.ravel(), minlength=1 << 3 * bits)
    found = np.flatnonzero(counts)
    colours = np.zeros((len(counts), 3), dtype=np.uint8)
    colours[codes.ravel()] = pixels.reshape(-1, 3)
    groups = np.zeros(len(counts), dtype=np.int64)
    groups[found] = np.arange(len(found))
    return groups[codes], colours[found], counts[found]
