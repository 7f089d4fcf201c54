"""Occlusion saliency, against a naive twin and networks whose attention is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dqn_tui.dqn.saliency import STRIDE, saliency

Array = NDArray[Any]


def look_at(row: int, column: int) -> Any:
    """Return Q-values that hang on one pixel of the first channel alone."""

    def q_values(images: Array) -> Array:
        pixel = images[:, 0, row, column].astype(np.float32)
        return np.stack((pixel, -pixel), axis=1)

    return q_values


def mean_of_quadrants(images: Array) -> Array:
    """Return four Q-values, one for each quarter of all channels."""
    images = images.astype(np.float64)
    middle = images.shape[2] // 2
    parts = (
        images[:, :, rows, columns]
        for rows in (slice(middle), slice(middle, None))
        for columns in (slice(middle), slice(middle, None))
    )
    return np.stack([part.mean(axis=(1, 2, 3)) ** 2 for part in parts], axis=1)


def gauss(distance: float, sigma: float) -> float:
    return float(np.exp(-0.5 * (distance / sigma) ** 2))


def naive_blur(image: Array) -> Array:
    channels, height, width = image.shape
    kernel = np.array([[gauss(y, 3) * gauss(x, 3) for x in range(-9, 10)] for y in range(-9, 10)])
    kernel /= kernel.sum()
    blurred = np.zeros(image.shape)
    for channel, row, column in np.ndindex(channels, height, width):
        for y, x in np.ndindex(19, 19):
            near = image[channel, min(max(row + y - 9, 0), height - 1), min(max(column + x - 9, 0), width - 1)]
            blurred[channel, row, column] += kernel[y, x] * near
    return blurred


def naive_score(q_values: Any, image: Array, blurred: Array, row: int, column: int) -> float:
    mask = np.array(
        [[gauss(y - row, 5) * gauss(x - column, 5) for x in range(image.shape[2])] for y in range(image.shape[1])]
    )
    hidden = image * (1 - mask) + blurred * mask
    return float(0.5 * ((q_values(hidden[None]) - q_values(image[None])) ** 2).sum())


def test_a_network_that_looks_at_one_cell_of_a_small_grid_is_found_out() -> None:
    image = np.zeros((4, 10, 10), np.uint8)
    image[0, 3, 7] = 1
    image[2] = 1
    found = saliency(look_at(3, 7), image)
    assert found.shape == (10, 10)
    assert found.dtype == np.float32
    # Both Q-values change by 1.
    assert found[3, 7] == 1.0
    assert found.sum() == 1.0


def test_a_network_that_looks_at_one_pixel_of_an_image_is_found_out() -> None:
    image = np.zeros((4, 84, 84), np.uint8)
    image[0, 42, 22] = 255
    found = saliency(look_at(42, 22), image)
    assert found.shape == (84, 84)
    # A place of the grid of strides: 84 % 5 // 2 + 5 k.
    assert np.unravel_index(found.argmax(), found.shape) == (42, 22)
    assert found[0, 0] < 1e-6 * found.max()


def test_the_saliency_of_an_image_is_that_of_a_naive_twin() -> None:
    image = np.random.default_rng(0).random((2, 26, 31)).astype(np.float32)
    found, blurred = saliency(mean_of_quadrants, image), naive_blur(image)
    for row in range(26 % STRIDE // 2, 26, STRIDE):
        for column in range(31 % STRIDE // 2, 31, STRIDE):
            expected = naive_score(mean_of_quadrants, image, blurred, row, column)
            assert found[row, column] == pytest.approx(expected, rel=1e-3, abs=1e-9)


def test_the_saliency_of_a_small_grid_is_that_of_hiding_each_cell() -> None:
    image = np.random.default_rng(1).random((3, 5, 6)).astype(np.float32)
    found = saliency(mean_of_quadrants, image)
    for row, column in np.ndindex(5, 6):
        hidden = image.copy()
        hidden[:, row, column] = 0
        change = mean_of_quadrants(hidden[None]) - mean_of_quadrants(image[None])
        assert found[row, column] == pytest.approx(0.5 * float((change**2).sum()), rel=1e-5)
