"""Pictures as half blocks: each cell shows two pixels, one above the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def half_blocks(picture: Picture, width: int, height: int) -> tuple[Picture, Picture]:
    """Scale a picture (RGB uint8 `[H, W, 3]`) to fit into `width` x `height` cells, keeping its aspect ratio.

    Returns the upper and the lower pixel of each cell, uint8 `[rows, columns, 3]`, with `rows <= height` and
    `columns <= width`. Pixels are averaged to shrink the picture and repeated to enlarge it.
    """
    tall, wide = picture.shape[:2]
    if min(tall, wide, width, height) < 1:
        empty = np.zeros((0, 0, 3), dtype=np.uint8)
        return empty, empty
    scale = min(width / wide, 2 * height / tall)
    columns = min(width, max(1, round(wide * scale)))
    rows = min(height, max(1, round(tall * scale / 2)))
    small = _resized(_resized(picture[..., :3], 2 * rows, 0), columns, 1)
    pixels: Picture = np.rint(small).astype(np.uint8)
    return pixels[0::2], pixels[1::2]


def _resized(pixels: NDArray[Any], count: int, axis: int) -> NDArray[Any]:
    """Return `count` lines along the axis: means of whole lines, or repeated lines."""
    length = pixels.shape[axis]
    if count >= length:
        repeated: NDArray[Any] = np.take(pixels, np.arange(count) * length // count, axis=axis)
        return repeated
    edges = np.arange(count + 1) * length // count
    shape = [1, 1, 1]
    shape[axis] = count
    sums = np.add.reduceat(pixels, edges[:-1], axis=axis, dtype=np.float32)
    means: NDArray[Any] = sums / np.diff(edges).astype(np.float32).reshape(shape)
    return means
