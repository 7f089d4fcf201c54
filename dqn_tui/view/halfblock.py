"""Pictures scaled to the pixels of a terminal: a cell shows two of them, one above the other, as a half block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Array = NDArray[np.float32]

# Share of the pixels from which a colour counts as the background.
_LEAST_BACKGROUND = 0.3
# Weight of a pixel by its contrast with the background, from 1 to 8.
_WEIGHTS = np.linspace(1, 8, 256, dtype=np.float32)
# Four bits a channel, so that dithering and compression do not split a background.
_COARSE = np.uint8(0xF0)


def scaled_size(picture: Picture, width: int, height: int) -> tuple[int, int]:
    """Return the columns and pixel rows in which `picture` fits into `width` x `height` cells; (0, 0) for nothing.

    Aspect ratios are kept. A picture grows by whole numbers only, so that its pixels stay squares of one size.
    """
    tall, wide = picture.shape[:2]
    if min(tall, wide, width, height) < 1:
        return 0, 0
    scale = min(width / wide, 2 * height / tall)
    if scale >= 1:
        return wide * int(scale), tall * int(scale)
    return min(width, max(1, round(wide * scale))), 2 * min(height, max(1, round(tall * scale / 2)))


def scale_picture(picture: Picture, width: int, height: int) -> Picture:
    """Return the picture in at most `width` x `height` cells: RGB uint8 `[P, C, 3]`, `P <= 2 * height`, `C <= width`.

    Pixels are averaged to shrink the picture and repeated to enlarge it. In front of a background, other colours weigh
    more in the average the more they differ from it, so that thin lines and small things do not fade.

    Args:
        picture: uint8 `[H, W, 3]`, or with a fourth channel, which is ignored.
        width: columns of cells.
        height: rows of cells.
    """
    columns, rows = scaled_size(picture, width, height)
    if not columns:
        return np.zeros((0, 0, 3), dtype=np.uint8)
    colours = picture[..., :3]
    if columns >= colours.shape[1] and rows >= colours.shape[0]:
        return _repeated(_repeated(colours, rows, 0), columns, 1)
    weights = _weights(colours)
    total = _shrunk(weights, rows, columns)
    channels = [_shrunk(colours[..., channel] * weights, rows, columns) / total for channel in range(3)]
    scaled: Picture = np.rint(np.stack(channels, axis=2)).astype(np.uint8)
    return scaled


def background(picture: Picture) -> Picture | None:
    """Return the most frequent colour, uint8 `[3]`, or None where no colour covers much of the picture."""
    sample = picture[:: 1 + picture.shape[0] // 64, :: 1 + picture.shape[1] // 64, :3].reshape(-1, 3)
    coarse = (sample & _COARSE).astype(np.int64)
    packed = coarse[:, 0] << 16 | coarse[:, 1] << 8 | coarse[:, 2]
    _, groups, counts = np.unique(packed, return_inverse=True, return_counts=True)
    if not counts.size or counts.max() < _LEAST_BACKGROUND * len(sample):
        return None
    colour: Picture = np.median(sample[groups == counts.argmax()], axis=0).astype(np.uint8)
    return colour


def contrast(picture: Picture, colour: Picture) -> NDArray[np.uint8]:
    """Return the difference of each pixel from `colour`: the largest of the three channels, uint8 `[H, W]`."""
    tall, wide = picture.shape[:2]
    # On flat rows of bytes, this takes an eighth of the time of a maximum over the last axis.
    flat = np.ascontiguousarray(picture[..., :3]).reshape(tall, 3 * wide)
    ground = np.tile(colour, wide)
    differences = np.maximum(flat, ground) - np.minimum(flat, ground)
    largest: NDArray[np.uint8] = np.maximum.reduce([differences[:, channel::3] for channel in range(3)])
    return largest


def _weights(picture: Picture) -> Array:
    colour = background(picture)
    if colour is None:
        return np.ones(picture.shape[:2], dtype=np.float32)
    weights: Array = _WEIGHTS[contrast(picture, colour)]
    return weights


def _repeated(pixels: Picture, count: int, axis: int) -> Picture:
    repeated: Picture = np.repeat(pixels, count // pixels.shape[axis], axis=axis)
    return repeated


def _shrunk(values: Array, rows: int, columns: int) -> Array:
    """Return sums over the rectangles that divide `values` `[H, W]` into `[rows, columns]`."""
    return _summed(_summed(values, rows, 0), columns, 1)


def _summed(values: Array, count: int, axis: int) -> Array:
    """Return `count` lines along the axis: sums of whole lines, or repeated lines where there are too few."""
    length = values.shape[axis]
    starts = np.arange(count) * length // count
    if count >= length:
        repeated: Array = np.take(values, starts, axis=axis)
        return repeated
    sums: Array = np.add.reduceat(values, starts, axis=axis)
    return sums
