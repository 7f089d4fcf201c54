"""Pictures as an animated GIF (GIF89a), written one after the other: however long, only one is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

Pixels = NDArray[np.uint8]

_MOST_COLOURS = 256
# Durations are hundredths of a second, and browsers take ten for a single one.
_LEAST_CENTISECONDS = 2
_LOOP_FOR_EVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
_END = b";"


class _Timed(NamedTuple):
    """A picture and the hundredths of a second for which it is shown."""

    pixels: Pixels
    centiseconds: int


def write_gif(frames: Iterable[Pixels], path: Path, frames_per_second: float) -> None:
    """Write a GIF that plays in real time and repeats for ever.

    Up to 256 colours a picture are exact. At more than fifty pictures a second, some are left out.

    Args:
        frames: uint8 RGB `[H, W, 3]`, all of one size; at least one.
        path: the file; one that exists is overwritten.
        frames_per_second: pictures a second.
    """
    with path.open("wb") as file:
        shown: Pixels | None = None
        for pixels, centiseconds in _timed(frames, frames_per_second):
            if shown is None:
                file.write(_header(pixels))
            x, y, changed = _changed_part(shown, pixels)
            image = _index(changed)
            parts = GifImagePlugin.getdata(image, (x, y), duration=10 * centiseconds, include_color_table=True)
            file.write(b"".join(bytes(part) for part in parts))
            shown = pixels
        file.write(_END)


def _timed(frames: Iterable[Pixels], frames_per_second: float) -> Iterator[_Timed]:
    """Yield pictures with durations whose sums are never more than half a hundredth off."""
    begun: tuple[Pixels, int] | None = None
    number = 0
    for number, pixels in enumerate(frames):
        start = round(100 * number / frames_per_second)
        if begun is None:
            begun = pixels, start
        elif start - begun[1] >= _LEAST_CENTISECONDS:
            yield _Timed(begun[0], start - begun[1])
            begun = pixels, start
    if begun is not None:
        end = round(100 * (number + 1) / frames_per_second)
        yield _Timed(begun[0], max(_LEAST_CENTISECONDS, end - begun[1]))


def _header(pixels: Pixels) -> bytes:
    tall, wide = map(int, pixels.shape[:2])
    # No colours for all pictures: each has its own.
    return b"GIF89a" + wide.to_bytes(2, "little") + tall.to_bytes(2, "little") + b"\x70\x00\x00" + _LOOP_FOR_EVER


def _changed_part(before: Pixels | None, pixels: Pixels) -> tuple[int, int, Pixels]:
    """Return column, row and pixels of the rectangle that differs; a single pixel where nothing does."""
    if before is None:
        return 0, 0, pixels
    is_changed = (before != pixels).any(axis=2)
    rows, columns = np.flatnonzero(is_changed.any(axis=1)), np.flatnonzero(is_changed.any(axis=0))
    if not rows.size:
        return 0, 0, pixels[:1, :1]
    x, y = int(columns[0]), int(rows[0])
    return x, y, pixels[y : int(rows[-1]) + 1, x : int(columns[-1]) + 1]


def _index(pixels: Pixels) -> Image.Image:
    """Return the picture with a palette: its own colours, or where they are too many, the best ones for them."""
    wide = pixels.astype(np.uint32)
    codes = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    found, indices = np.unique(codes, return_inverse=True)
    if len(found) > _MOST_COLOURS:
        return Image.fromarray(pixels).quantize(_MOST_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image = Image.fromarray(indices.reshape(codes.shape).astype(np.uint8)).convert("P")
    colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.uint8)
    image.putpalette(colours.tobytes())
    return image
