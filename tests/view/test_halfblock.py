"""Pictures at the pixels of a terminal: areas, whole pixels, backgrounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.halfblock import background, contrast, fit_picture, scale_picture, scaled_size


def grey(rows: list[list[int]]) -> np.ndarray:
    return np.repeat(np.array(rows, dtype=np.uint8)[:, :, None], 3, axis=2)


def test_areas_without_a_background_are_averaged() -> None:
    picture = grey([[0, 100, 10, 50], [140, 200, 30, 70], [1, 17, 80, 255], [33, 49, 230, 115]])
    assert scale_picture(picture, 2, 1)[:, :, 0].tolist() == [[110, 40], [25, 170]]


def test_a_thin_line_outweighs_the_background() -> None:
    # The white pixels weigh 1 and the black ones 8: in the second row of cells' pixels, 3 are white and one is black.
    tall = np.full((16, 2, 3), 255, dtype=np.uint8)
    tall[5] = 0
    scaled = scale_picture(tall, 2, 2)
    assert scaled.shape == (4, 1, 3)
    assert scaled[:, 0, 0].tolist() == [255, round(255 * 3 / (3 + 8)), 255, 255]


@pytest.mark.parametrize(("width", "height"), [(40, 14), (60, 20), (76, 36), (12, 3)])
@pytest.mark.parametrize("is_across", [True, False])
def test_a_line_of_one_pixel_keeps_at_least_half_of_its_contrast(width: int, height: int, is_across: bool) -> None:
    picture = np.full((400, 600, 3), 255, dtype=np.uint8)
    if is_across:
        picture[123] = 0
    else:
        picture[:, 217] = 0
    scaled = scale_picture(picture, width, height)[..., 0]
    line = scaled.min(axis=0 if is_across else 1)
    assert line.max() <= 128
    assert (scaled == 255).sum() == scaled.size - line.size


def naive_means(picture: np.ndarray, rows: int, columns: int, ground: np.ndarray | None) -> np.ndarray:
    """One cell after the other, one pixel after the other."""
    tall, wide = picture.shape[:2]
    means = np.zeros((rows, columns, 3))
    largest = max(8, -(-tall // rows), -(-wide // columns))
    for row in range(rows):
        for column in range(columns):
            total = 0.0
            for y in range(row * tall // rows, (row + 1) * tall // rows):
                for x in range(column * wide // columns, (column + 1) * wide // columns):
                    pixel = picture[y, x].astype(int)
                    far = 0 if ground is None else int(np.abs(pixel - ground).max())
                    weight = 1 + (largest - 1) * far / 255
                    means[row, column] += weight * pixel
                    total += weight
            means[row, column] /= total
    return means


@given(
    st.integers(20, 40), st.integers(20, 40), st.integers(1, 9), st.integers(1, 9), st.booleans(), st.integers(0, 99)
)
def test_shrinking_is_what_a_loop_over_the_pixels_computes(
    tall: int, wide: int, columns: int, rows: int, has_ground: bool, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    picture = generator.integers(0, 256, (tall, wide, 3), dtype=np.uint8)
    if has_ground:
        picture[generator.random((tall, wide)) < 0.8] = (200, 10, 10)
    ground = background(picture)
    assert (ground is not None) == has_ground
    np.testing.assert_allclose(
        fit_picture(picture, columns, rows), naive_means(picture, rows, columns, ground), atol=0.51
    )


def test_small_pictures_grow_by_whole_numbers() -> None:
    scaled = scale_picture(grey([[1, 2], [3, 4]]), 5, 2)
    assert scaled[:, :, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert scaled_size(np.zeros((10, 10, 3), np.uint8), 78, 16) == (30, 30)
    assert scaled_size(np.zeros((7, 7, 3), np.uint8), 78, 11) == (21, 21)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 60), st.integers(1, 60))
def test_every_pixel_of_an_enlarged_picture_is_a_square_of_one_size(
    tall: int, wide: int, width: int, height: int
) -> None:
    picture = np.arange(tall * wide, dtype=np.uint8).reshape(tall, wide, 1).repeat(3, axis=2)
    scaled = scale_picture(picture, width, height)
    if width >= wide and 2 * height >= tall:
        factor = scaled.shape[1] // wide
        np.testing.assert_array_equal(scaled, np.kron(picture, np.ones((factor, factor, 1), np.uint8)))


def test_same_size_is_the_same_picture() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    np.testing.assert_array_equal(scale_picture(picture, 6, 4), picture)


@pytest.mark.parametrize(("width", "height", "shape"), [(60, 40, (40, 60)), (200, 20, (40, 60)), (30, 100, (20, 30))])
def test_aspect_is_kept_and_the_rest_left_free(width: int, height: int, shape: Any) -> None:
    assert scale_picture(np.zeros((400, 600, 3), dtype=np.uint8), width, height).shape == (*shape, 3)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 30), st.integers(0, 30), st.integers(0, 255))
def test_any_size_fits_and_an_even_picture_stays_even(
    tall: int, wide: int, width: int, height: int, value: float
) -> None:
    picture = np.full((tall, wide, 3), value, dtype=np.uint8)
    scaled = scale_picture(picture, width, height)
    assert scaled.shape[0] <= 2 * height
    assert scaled.shape[1] <= width
    assert (scaled.shape[1], scaled.shape[0]) == scaled_size(picture, width, height)
    assert (scaled == value).all()


def test_transparency_is_left_out() -> None:
    assert scale_picture(np.zeros((4, 4, 4), dtype=np.uint8), 4, 2).shape == (4, 4, 3)


def test_the_background_is_the_most_frequent_colour_if_it_covers_enough() -> None:
    picture = np.zeros((10, 10, 3), dtype=np.uint8)
    picture[:4] = (200, 10, 10)
    picture[4:] = np.arange(60, dtype=np.uint8).reshape(6, 10, 1) * 4
    colour = background(picture)
    assert colour is not None
    assert colour.tolist() == [200, 10, 10]
    assert background(picture[4:]) is None
    assert background(picture[:0]) is None


def test_contrast_is_the_largest_difference_of_a_channel() -> None:
    picture = np.array([[[10, 20, 30], [0, 255, 30]]], dtype=np.uint8)
    assert contrast(picture, np.array([10, 20, 90], np.uint8)).tolist() == [[60, 235]]
