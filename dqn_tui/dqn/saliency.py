"""Where a network looks: how much its Q-values change when a place of the image is hidden (Greydanus et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Values = Callable[[NDArray[Any]], NDArray[np.float32]]

STRIDE = 5
_MASK_SIGMA, _BLUR_SIGMA = 5.0, 3.0
_BATCH = 64
# Images up to this size are grids of things: hidden cell by cell.
LARGEST_GRID = 24


def saliency(q_values: Values, image: NDArray[Any]) -> Array:
    """Return the saliency of each place, float32 [H, W]: half the squared change of the vector of Q-values.

    In a small image, cells are set to zero one by one. In a large one, a place is blurred away under a Gaussian mask,
    every `STRIDE` pixels, and the values in between are interpolated.

    Args:
        q_values: returns Q-values [B, A] of images [B, C, H, W].
        image: [C, H, W].
    """
    if max(image.shape[1:]) <= LARGEST_GRID:
        return _hide_cells(q_values, image)
    return _blur_places(q_values, image)


def _hide_cells(q_values: Values, image: NDArray[Any]) -> Array:
    _, height, width = image.shape
    rows, columns = np.divmod(np.arange(height * width), width)

    def hide(chosen: NDArray[np.int64]) -> NDArray[Any]:
        hidden = np.repeat(image[None], len(chosen), axis=0)
        hidden[np.arange(len(chosen)), :, rows[chosen], columns[chosen]] = 0
        return hidden

    return _score(q_values, image, hide, height * width).reshape(height, width)


def _blur_places(q_values: Values, image: NDArray[Any]) -> Array:
    _, height, width = image.shape
    rows, columns = (np.arange(size % STRIDE // 2, size, STRIDE) for size in (height, width))
    blurred = _blur(image.astype(np.float32))
    vertical, horizontal = _bumps(height, rows), _bumps(width, columns)

    def hide(chosen: NDArray[np.int64]) -> NDArray[Any]:
        above, beside = np.divmod(chosen, len(columns))
        mask = (vertical[above, :, None] * horizontal[beside, None, :])[:, None]
        hidden = image * (1 - mask) + blurred * mask
        changed: NDArray[Any] = (np.rint(hidden) if image.dtype == np.uint8 else hidden).astype(image.dtype)
        return changed

    coarse = _score(q_values, image, hide, len(rows) * len(columns)).reshape(len(rows), len(columns))
    return _interpolate(coarse, rows, columns, height, width)


def _score(
    q_values: Values, image: NDArray[Any], hide: Callable[[NDArray[np.int64]], NDArray[Any]], count: int
) -> Array:
    """Return half the squared change of the Q-values for each of `count` hidden places, in batches."""
    whole = q_values(image[None])
    scores = []
    for start in range(0, count, _BATCH):
        changed = q_values(hide(np.arange(start, min(start + _BATCH, count))))
        scores.append(0.5 * ((changed - whole) ** 2).sum(axis=1))
    return np.concatenate(scores).astype(np.float32)


def _bumps(size: int, centres: NDArray[np.int64]) -> Array:
    """Return a Gaussian with its peak of 1 at each centre, float32 [N, size]."""
    distances = np.arange(size) - centres[:, None]
    bumps: Array = np.exp(-0.5 * (distances / _MASK_SIGMA) ** 2).astype(np.float32)
    return bumps


def _blur(image: Array) -> Array:
    """Return the image blurred by a Gaussian along both axes; edges are repeated."""
    reach = int(3 * _BLUR_SIGMA)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _BLUR_SIGMA) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    for axis in (1, 2):
        padding = [(0, 0)] * 3
        padding[axis] = (reach, reach)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding, mode="edge"), len(kernel), axis=axis)
        image = windows @ kernel
    return image


def _interpolate(coarse: Array, rows: NDArray[np.int64], columns: NDArray[np.int64], height: int, width: int) -> Array:
    """Return values at all pixels [H, W] from those at some rows and columns."""
    wide = np.stack([np.interp(np.arange(width), columns, line) for line in coarse])
    full: Array = np.stack([np.interp(np.arange(height), rows, line) for line in wide.T], axis=1).astype(np.float32)
    return full
