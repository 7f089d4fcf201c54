"""Observations of every space as one array."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import UsageError
from tests.envs.toys import Sampled
from tests.helpers import one_line

BYTES = (0, 255)


def observe(space: spaces.Space[Any], frame_stack: int = 1, steps: int = 0) -> tuple[Environment, list[Any], list[Any]]:
    """Return an environment, what it returned, and the original observations."""
    env = Sampled(space)
    environment = Environment(env, Config(frame_stack=frame_stack))
    given = [environment.reset(1), *(environment.step(0).observation for _ in range(steps))]
    assert {(item.shape, item.dtype.name) for item in given} == {
        (environment.spec.spaces.observation_shape, environment.spec.spaces.observation_dtype)
    }
    return environment, given, env.seen


def naive_image(image: Any, *, is_channels_last: bool) -> Any:
    """Return [C, H, W], copied number by number."""
    height, width, channels = image.shape if is_channels_last else (*image.shape[1:], image.shape[0])
    result = np.zeros((channels, height, width), image.dtype)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                result[c, y, x] = image[y, x, c] if is_channels_last else image[c, y, x]
    return result


@pytest.mark.parametrize(
    ("shape", "is_channels_last"),
    [
        ((7, 5, 3), True),
        ((3, 7, 5), False),
        ((6, 6, 3), True),
        ((3, 6, 6), False),
        ((4, 4, 9), True),
        ((9, 4, 4), False),
        ((5, 5, 5), True),
        ((6, 5, 1), True),
        ((1, 5, 6), False),
    ],
)
def test_the_channels_of_an_image_come_first(shape: Any, is_channels_last: bool) -> None:
    environment, (image,), (original,) = observe(spaces.Box(*BYTES, shape, np.uint8))
    np.testing.assert_array_equal(image, naive_image(original, is_channels_last=is_channels_last))
    assert environment.spec.spaces.largest_value == 255
    assert environment.spec.spaces.frames == 1


@given(st.integers(4, 7), st.integers(4, 7), st.integers(1, 3), st.booleans())
def test_an_image_is_the_same_with_its_channels_first_and_last(
    height: int, width: int, channels: int, is_float: bool
) -> None:
    dtype = np.float32 if is_float else np.uint8
    last = Sampled(spaces.Box(0, 1, (height, width, channels), dtype))
    first = Sampled(spaces.Box(0, 1, (channels, height, width), dtype))
    picture = last.observation_space.sample()
    last._sample, first._sample = lambda: picture, lambda: picture.transpose(2, 0, 1)  # type: ignore[method-assign]
    np.testing.assert_array_equal(Environment(last).reset(0), Environment(first).reset(0))


def test_a_gray_image_gets_one_channel() -> None:
    environment, (image,), (original,) = observe(spaces.Box(*BYTES, (5, 6), np.uint8))
    assert environment.spec.spaces.observation_shape == (1, 5, 6)
    np.testing.assert_array_equal(image[0], original)


def test_planes_of_truth_values_are_zeros_and_ones() -> None:
    environment, (image,), (original,) = observe(spaces.Box(0, 1, (10, 10, 4), np.bool_))
    assert environment.spec.spaces.observation_dtype == "uint8"
    assert environment.spec.spaces.largest_value == 1
    np.testing.assert_array_equal(image, original.transpose(2, 0, 1).astype(np.uint8))


@pytest.mark.parametrize(
    ("low", "high", "largest"), [(0, 1, 1), (-2, 2, 2), (0, 255, 255), (-np.inf, np.inf, 1), (0, 3e38, 1)]
)
def test_an_image_of_floats_stays_one_and_has_its_bound(low: float, high: float, largest: float) -> None:
    environment, (image,), (original,) = observe(spaces.Box(low, high, (5, 5, 2), np.float32))
    assert environment.spec.spaces.observation_dtype == "float32"
    assert environment.spec.spaces.largest_value == largest
    np.testing.assert_array_equal(image, original.transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("space", "size"),
    [
        (spaces.Box(-1, 1, (3,)), 3),
        (spaces.Box(-1, 1, (2, 3), np.float64), 6),
        (spaces.Box(0, 9, (4,), np.int64), 4),
        (spaces.Discrete(5), 5),
        (spaces.Discrete(5, start=-2), 5),
        (spaces.MultiDiscrete([2, 3]), 5),
        (spaces.MultiBinary(4), 4),
        (spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (2,)))), 5),
        (spaces.Dict(b=spaces.MultiBinary(2), a=spaces.Dict(c=spaces.Discrete(2))), 4),
    ],
)
def test_other_observations_are_vectors_as_gymnasium_flattens_them(space: Any, size: int) -> None:
    environment, given, seen = observe(space, steps=5)
    assert environment.spec.spaces.observation_shape == (size,)
    assert (environment.spec.spaces.frames, environment.spec.spaces.largest_value) == (1, 1)
    for vector, original in zip(given, seen, strict=True):
        np.testing.assert_array_equal(vector, np.array(spaces.flatten(space, original), np.float32))


def test_stacked_images_go_from_the_oldest_to_the_newest_frame_and_begin_with_zeros() -> None:
    environment, given, seen = observe(spaces.Box(*BYTES, (5, 6, 3), np.uint8), frame_stack=3, steps=4)
    assert environment.spec.spaces.observation_shape == (9, 5, 6)
    assert environment.spec.spaces.frames == 3
    frames = [np.zeros((3, 5, 6), np.uint8)] * 2 + [naive_image(image, is_channels_last=True) for image in seen]
    for index, image in enumerate(given):
        np.testing.assert_array_equal(image, np.concatenate(frames[index : index + 3]))


def test_a_new_episode_contains_no_frames_of_the_previous_one() -> None:
    environment, *_ = observe(spaces.Box(*BYTES, (5, 6), np.uint8), frame_stack=3, steps=4)
    image = environment.reset(1)
    assert image[:2].max() == 0
    assert image[2].max() > 0


def test_stacked_vectors_begin_with_the_first_one_repeated() -> None:
    environment, given, seen = observe(spaces.Box(-1, 1, (2,)), frame_stack=3, steps=4)
    assert environment.spec.spaces.observation_shape == (6,)
    assert environment.spec.spaces.frames == 1
    frames = [seen[0]] * 2 + seen
    for index, vector in enumerate(given):
        np.testing.assert_array_equal(vector, np.concatenate(frames[index : index + 3]))


def test_stacked_numbers_are_one_hot_each() -> None:
    environment, given, seen = observe(spaces.Discrete(4, start=1), frame_stack=2, steps=3)
    assert environment.spec.spaces.observation_shape == (8,)
    for vector, (old, new) in zip(given, zip([seen[0], *seen], seen, strict=False), strict=True):
        np.testing.assert_array_equal(vector, np.concatenate([np.eye(4)[old - 1], np.eye(4)[new - 1]]))


@pytest.mark.parametrize(
    "space",
    [
        spaces.Text(5),
        spaces.Sequence(spaces.Discrete(2)),
        spaces.Graph(spaces.Discrete(2), None),
        spaces.OneOf((spaces.Discrete(2), spaces.Discrete(3))),
        spaces.Box(*BYTES, (2, 5, 5, 3), np.uint8),
        spaces.Dict(deep=spaces.Tuple((spaces.Text(2), spaces.Sequence(spaces.Discrete(2))))),
    ],
)
def test_observations_that_no_network_can_take_are_refused_with_the_supported_kinds(space: Any) -> None:
    with pytest.raises(UsageError) as caught:
        Environment(Sampled(space))
    message = one_line(str(caught.value))
    assert all(word in message for word in ("vectors", "images", "Discrete", str(space)))


def test_bounded_entries_are_scaled_to_one_and_the_others_are_unchanged() -> None:
    low, high = np.array([-3.0, 0.0, -np.inf, 0.0], np.float32), np.array([1.0, 10.0, np.inf, 1e30], np.float32)
    space = spaces.Box(low, high, dtype=np.float32)
    environment = Environment(Sampled(space), Config(scale_observations=True))
    observation = environment.reset(1)
    raw = environment._env.unwrapped.seen[-1]
    np.testing.assert_allclose(observation, [(raw[0] + 1) / 2, (raw[1] - 5) / 5, raw[2], raw[3]], rtol=1e-6)
    assert np.abs(observation[:2]).max() <= 1
