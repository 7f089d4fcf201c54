from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.halfblock import half_blocks


def grey(rows: list[list[int]]) -> np.ndarray:
    return np.repeat(np.array(rows, dtype=np.uint8)[:, :, None], 3, axis=2)


def test_areas_are_averaged_on_the_way_down():
    picture = grey([[0, 100, 10, 10], [100, 200, 30, 30], [1, 1, 0, 255], [1, 1, 255, 0]])
    top, bottom = half_blocks(picture, 2, 1)
    assert top[0, :, 0].tolist() == [100, 20]
    assert bottom[0, :, 0].tolist() == [1, 128]


def test_pixels_are_repeated_on_the_way_up():
    top, bottom = half_blocks(grey([[1, 2], [3, 4]]), 4, 2)
    assert top[:, :, 0].tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert bottom[:, :, 0].tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]


def test_same_size_is_the_same_picture():
    picture = np.random.default_rng(1).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    top, bottom = half_blocks(picture, 6, 4)
    np.testing.assert_array_equal(top, picture[0::2])
    np.testing.assert_array_equal(bottom, picture[1::2])


@pytest.mark.parametrize(("width", "height", "shape"), [(60, 40, (20, 60)), (200, 20, (20, 60)), (30, 100, (10, 30))])
def test_aspect_is_kept_and_the_rest_left_free(width, height, shape):
    top, bottom = half_blocks(np.zeros((400, 600, 3), dtype=np.uint8), width, height)
    assert top.shape == bottom.shape == (*shape, 3)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 30), st.integers(0, 30), st.integers(0, 255))
def test_any_size_fits_and_an_even_picture_stays_even(tall, wide, width, height, value):
    top, bottom = half_blocks(np.full((tall, wide, 3), value, dtype=np.uint8), width, height)
    assert top.shape == bottom.shape
    assert top.shape[0] <= height
    assert top.shape[1] <= width
    assert (top == value).all()
    assert (bottom == value).all()


def test_transparency_is_left_out():
    top, _ = half_blocks(np.zeros((4, 4, 4), dtype=np.uint8), 4, 2)
    assert top.shape == (2, 4, 3)
