"""What a network sees, as pictures for people."""

from __future__ import annotations

import numpy as np

from dqn_tui.view.network_picture import network_picture


def test_one_channel_is_gray_and_the_newest_frame_is_shown() -> None:
    stack = np.array([[[9, 9]], [[0, 128]], [[255, 51]]], np.uint8)
    assert network_picture(stack, 3, 255.0).tolist() == [[[255] * 3, [51] * 3]]


def test_three_channels_are_colours() -> None:
    image = np.array([[[10]], [[20]], [[30]]], np.uint8)
    assert network_picture(image, 1, 255.0).tolist() == [[[10, 20, 30]]]


def test_planes_have_a_hue_each_and_the_later_one_covers_the_earlier() -> None:
    planes = np.array([[[1, 0, 1]], [[0, 1, 1]], [[0, 0, 0]]], np.uint8)
    first, second, both = network_picture(planes, 1, 1.0)[0].tolist()
    assert first != second
    assert both == second
    assert network_picture(np.zeros((4, 1, 1), np.uint8), 1, 1.0).tolist() == [[[0, 0, 0]]]


def test_floats_beyond_the_range_are_clipped_and_nan_is_dark() -> None:
    image = np.array([[[-1.0, np.nan, 0.5, 7.0]]], np.float32)
    assert network_picture(image, 1, 1.0)[0, :, 0].tolist() == [0, 0, 128, 255]
