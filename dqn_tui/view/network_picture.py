"""The images that a network takes, as pictures for people."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
from numpy.typing import NDArray

_COLOURS = 3


def network_picture(image: NDArray[Any], frames: int, largest_value: float) -> NDArray[np.uint8]:
    """Return the newest frame of an image as a picture, uint8 [H, W, 3].

    One channel is gray and three are colours; more of them are planes, each in a hue of its own, the later ones over
    the earlier ones.

    Args:
        image: [C, H, W], the oldest of the stacked frames first.
        frames: how many are stacked.
        largest_value: what is drawn brightest.
    """
    newest = image[-(image.shape[0] // max(1, frames)) :]
    shares = np.clip(np.nan_to_num(newest.astype(np.float32)) / (largest_value or 1.0), 0.0, 1.0)
    if len(shares) == 1:
        shares = np.repeat(shares, _COLOURS, axis=0)
    elif len(shares) != _COLOURS or largest_value < 2:
        shares = _paint_planes(shares)
    picture: NDArray[np.uint8] = np.rint(255 * shares.transpose(1, 2, 0)).astype(np.uint8)
    return picture


def _paint_planes(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return planes [C, H, W] in [0, 1] as one picture of colours, [3, H, W]."""
    painted = np.zeros((_COLOURS, *planes.shape[1:]), np.float32)
    for place, plane in enumerate(planes):
        hue = np.array(colorsys.hsv_to_rgb(place / len(planes), 0.7, 1.0), np.float32)[:, None, None]
        painted = painted * (1 - plane) + hue * plane
    return painted
