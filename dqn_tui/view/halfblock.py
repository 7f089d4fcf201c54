"""Pictures scaled to the pixels of a terminal: a cell shows two of them, one above the other, as a half block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Array = NDArray[np.float32]

# Share of the pixels from which a colour counts as the background.
_LEAST_BACKGROUND = 0.3
# Largest weight of a pixel, for one that differs from the background as much as can be; more where a picture shrinks
# more than this.
_LARGEST_WEIGHT = 8
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
    more in the average the more they differ from it, so that thin lines and small things do not fade: a line of one
    pixel, black on white, keeps at least half of its contrast, however much the picture shrinks.

    Args:
        picture: uint8 `[H, W, 3]`, or with a fourth channel, which is ignored.
        width: columns of cells.
        height: rows of cells.
    """
    columns, rows = scaled_size(picture, width, height)
    if not columns:
        return np.zeros((0, 0, 3), dtype=np.uint8)
    return fit_picture(picture, columns, rows)


def fit_picture(picture: Picture, columns: int, rows: int) -> Picture:
    """Return the picture in exactly `columns` x `rows` pixels, uint8 `[rows, columns, 3]`; see `scale_picture`.

    Args:
        picture: uint8 `[H, W, 3]`, or with a fourth channel, which is ignored.
        columns: at most W; a multiple of it where rows is one of H.
        rows: as high as `scaled_size` says.
    """
    colours = picture[..., :3]
    if columns >= colours.shape[1] and rows >= colours.shape[0]:
        return _repeated(_repeated(colours, rows, 0), columns, 1)
    if rows > colours.shape[0]:
        # A strip that is lower than a cell.
        colours = np.take(colours, np.arange(rows) * colours.shape[0] // rows, axis=0)
    ground = background(colours)
    means = _means(colours, rows, columns) if ground is None else _weighted_means(colours, rows, columns, ground)
    scaled: Picture = np.rint(means).astype(np.uint8)
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


def _weighted_means(picture: Picture, rows: int, columns: int, ground: Picture) -> Array:
    """Return the means in front of a background, `[rows, columns, 3]`.

    Only pixels that differ from the background are visited: in most environments these are few.
    """
    tall, wide = picture.shape[:2]
    differences = contrast(picture, ground).ravel()
    places = np.flatnonzero(differences)
    largest = max(_LARGEST_WEIGHT, -(-tall // rows), -(-wide // columns))
    weights = np.linspace(1, largest, 256)[differences[places]]
    cell_rows, cell_columns = _cells(tall, rows), _cells(wide, columns)
    cells = cell_rows[places // wide] * columns + cell_columns[places % wide]
    shares = np.outer(np.bincount(cell_rows), np.bincount(cell_columns)).ravel() - np.bincount(
        cells, minlength=rows * columns
    )
    totals = shares + np.bincount(cells, weights, rows * columns)
    pixels = picture.reshape(-1, 3)[places]
    means = [
        (shares * ground[channel] + np.bincount(cells, weights * pixels[:, channel], rows * columns)) / totals
        for channel in range(3)
    ]
    stacked: Array = np.stack(means, axis=1).reshape(rows, columns, 3).astype(np.float32)
    return stacked


def _cells(length: int, count: int) -> NDArray[np.int64]:
    """Return the number of the cell that each of `length` lines is in."""
    starts = np.zeros(length, dtype=np.int64)
    starts[np.arange(1, count) * length // count] = 1
    return np.cumsum(starts)


def _means(picture: Picture, rows: int, columns: int) -> Array:
    """Return the plain means of the cells, `[rows, columns, 3]`."""
    tall, wide = picture.shape[:2]
    flat = np.ascontiguousarray(picture).reshape(tall, 3 * wide)
    sums = np.add.reduceat(flat, np.arange(rows) * tall // rows, axis=0, dtype=np.uint32).reshape(rows, wide, 3)
    sums = np.add.reduceat(sums, np.arange(columns) * wide // columns, axis=1)
    sizes = np.outer(np.bincount(_cells(tall, rows)), np.bincount(_cells(wide, columns)))
    means: Array = (sums / sizes[..., np.newaxis]).astype(np.float32)
    return means


def _repeated(pixels: Picture, count: int, axis: int) -> Picture:
    repeated: Picture = np.repeat(pixels, count // pixels.shape[axis], axis=axis)
    return repeated
