"""Observations of every space as one array."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.wrappers import GrayscaleObservation, ResizeObservation
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.config import Config
from dqn_tui.dqn.packed import unpack
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.leaves import find_leaves
from dqn_tui.errors import UsageError
from dqn_tui.spaces import Spaces
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


def naive_parts(config: Config, space: spaces.Space[Any], observation: Any) -> tuple[list[Any], list[float]]:
    """Return the images [C, H, W] and the numbers of an observation, leaf by leaf."""
    if isinstance(space, spaces.Dict):
        found = [naive_parts(config, part, observation[key]) for key, part in space.spaces.items()]
    elif isinstance(space, spaces.Tuple):
        found = [naive_parts(config, part, observation[index]) for index, part in enumerate(space.spaces)]
    elif len(shape := space.shape or ()) == 3 or (len(shape) == 2 and space.dtype == np.uint8):
        image = observation if len(shape) == 3 else observation[..., None]
        return [naive_image(image, is_channels_last=True)], []
    elif isinstance(space, spaces.Text):
        return [], []
    else:
        return [], np.array(spaces.flatten(space, observation), np.float32).tolist()
    return [image for images, _ in found for image in images], [number for _, numbers in found for number in numbers]


def unpacked(environment: Environment, observation: Any) -> tuple[list[Any], list[float]]:
    """Return the images and the numbers in an encoded observation."""
    arrays = list(unpack(environment.spec.spaces, observation[None]))
    images = [array[0] for part, array in arrays if part.is_image]
    return images, [number for part, array in arrays if not part.is_image for number in array[0].tolist()]


LEAVES = st.one_of(
    st.builds(lambda n, start: spaces.Discrete(n, start=start), st.integers(1, 4), st.integers(-2, 2)),
    st.builds(spaces.MultiDiscrete, st.lists(st.integers(1, 3), min_size=1, max_size=3)),
    st.builds(spaces.MultiBinary, st.integers(1, 3)),
    st.builds(lambda shape: spaces.Box(-9, 9, shape, np.float32), st.lists(st.integers(1, 3), max_size=2).map(tuple)),
    st.builds(lambda h, w: spaces.Box(*BYTES, (h, w), np.uint8), st.integers(3, 6), st.integers(3, 6)),
    st.builds(lambda h, w: spaces.Box(*BYTES, (h, w, 2), np.uint8), st.integers(4, 6), st.integers(4, 6)),
    st.builds(lambda h: spaces.Box(-2, 2, (h, h, 1), np.float32), st.integers(3, 5)),
    st.just(spaces.Text(4)),
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abcd"), inner, min_size=1, max_size=3).map(spaces.Dict),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: spaces.Tuple(tuple(parts))),
    ),
    max_leaves=6,
)


@given(NESTED, st.integers(1, 3))
def test_any_nested_space_holds_what_its_leaves_hold(space: Any, frame_stack: int) -> None:
    leaves = find_leaves(space)
    if all(isinstance(leaf.space, spaces.Text) for leaf in leaves):
        return
    env = Sampled(space)
    environment = Environment(env, Config(frame_stack=frame_stack))
    given = [environment.reset(1), *(environment.step(0).observation for _ in range(3))]
    frames = [naive_parts(Config(), space, original) for original in env.seen]
    is_image = len(environment.spec.spaces.observation_shape) == 3
    for index, observation in enumerate(given):
        stack = [frames[max(0, place)] for place in range(index - frame_stack + 1, index + 1)]
        images, numbers = unpacked(environment, observation)
        assert numbers == [number for _, vector in stack for number in vector]
        for place, image in enumerate(images):
            layers = [
                np.zeros_like(pictures[place]) if is_image and index - frame_stack + 1 + age < 0 else pictures[place]
                for age, (pictures, _) in enumerate(stack)
            ]
            np.testing.assert_array_equal(image, np.concatenate(layers))
    names = {leaf.path for leaf in leaves if isinstance(leaf.space, spaces.Text)}
    remarks = " ".join(environment.spec.remarks)
    assert all(f"{name} (Text)" in remarks for name in names)
    assert bool(remarks) == bool(names)
    assert Spaces.from_dict(environment.spec.spaces.to_dict()) == environment.spec.spaces


PICTURE = spaces.Box(*BYTES, (40, 50, 3), np.uint8)
MIXED = spaces.Dict(
    image=PICTURE,
    agent=spaces.Dict(position=spaces.Box(-1, 1, (2,)), health=spaces.Discrete(3)),
    mission=spaces.Text(5),
)


@pytest.mark.parametrize(
    ("keys", "images", "numbers"),
    [
        ([], 1, 5),
        (["agent"], 0, 5),
        (["agent.position"], 0, 2),
        (["image"], 1, 0),
        (["image", "agent.health"], 1, 3),
        (["agent.health", "image"], 1, 3),
    ],
)
def test_entries_are_chosen_by_their_paths(keys: list[str], images: int, numbers: int) -> None:
    environment = Environment(Sampled(MIXED), Config(observation_keys=tuple(keys)))
    found = unpacked(environment, environment.reset(0))
    assert (len(found[0]), len(found[1])) == (images, numbers)
    assert bool(environment.spec.remarks) == (not keys)


@pytest.mark.parametrize(
    ("space", "keys", "words"),
    [
        (MIXED, ["agnet"], ["'agnet'", "agent.health", "mission"]),
        (MIXED, ["mission"], ["mission", "vectors"]),
        (spaces.Discrete(3), ["image"], ["'image'", "not a Dict or a Tuple"]),
    ],
)
def test_an_entry_that_cannot_be_chosen_is_one_line(space: Any, keys: list[str], words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        Environment(Sampled(space), Config(observation_keys=tuple(keys)))
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message


def test_pictures_are_prepared_by_gymnasiums_own_wrappers() -> None:
    config = Config(crop=(4, 2, 5, 1), grayscale=True, resize=(16, 20))
    env = Sampled(PICTURE)
    given = Environment(env, config).reset(3)
    cropped = env.seen[-1][4:38, 5:49]
    gray = GrayscaleObservation(Sampled(spaces.Box(*BYTES, cropped.shape, np.uint8)))
    resized = ResizeObservation(gray, (16, 20))
    np.testing.assert_array_equal(given, resized.observation(gray.observation(cropped))[None])


def test_pictures_inside_a_dict_are_prepared_alike() -> None:
    config = {"grayscale": True, "resize": (16, 20), "frame_stack": 2}
    nested = Environment(Sampled(MIXED), Config(observation_keys=("image",), **config))
    assert nested.spec.spaces.observation_shape == (2, 16, 20)
    with_numbers = Environment(Sampled(MIXED), Config(**config))
    (image,), numbers = unpacked(with_numbers, with_numbers.reset(0))
    assert image.shape == (2, 16, 20)
    assert len(numbers) == 10


@pytest.mark.parametrize(
    ("space", "settings", "words"),
    [
        (spaces.Box(-1, 1, (3,)), {"grayscale": True}, ["grayscale", "images"]),
        (spaces.Box(-1, 1, (3,)), {"one_hot_planes": True}, ["one_hot_planes", "images"]),
        (PICTURE, {"normalize_observations": True}, ["normalize_observations", "vectors"]),
        (PICTURE, {"crop": (20, 20, 0, 0)}, ["crop", "40x50", "[20, 20, 0, 0]"]),
        (PICTURE, {"one_hot_planes": True}, ["one_hot_planes", "256"]),
        (spaces.Box(0, 1, (9, 9, 3), np.float32), {"grayscale": True}, ["grayscale", "uint8"]),
        (spaces.Box(0, 1, (9, 9, 3), np.float32), {"resize": (4, 4)}, ["resize", "uint8"]),
        (spaces.Box(*BYTES, (9, 9, 5), np.uint8), {"resize": (4, 4)}, ["resize", "uint8"]),
    ],
)
def test_a_preparation_that_does_not_fit_is_one_line(space: Any, settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        Environment(Sampled(space), Config(**settings))
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message


def test_small_codes_become_a_plane_each() -> None:
    high = np.broadcast_to(np.array([2, 1], np.uint8), (3, 4, 2))
    env = Sampled(spaces.Box(0, high, dtype=np.uint8))
    environment = Environment(env, Config(one_hot_planes=True))
    planes = environment.reset(5)
    codes = env.seen[-1]
    assert planes.shape == (5, 3, 4)
    assert environment.spec.spaces.largest_value == 1
    for y in range(3):
        for x in range(4):
            first, second = codes[y, x]
            assert planes[:, y, x].tolist() == [first == 0, first == 1, first == 2, second == 0, second == 1]


def test_entries_are_named_by_the_leaves_that_they_are_from() -> None:
    expected = ("agent.position 0", "agent.position 1", "agent.health 0", "agent.health 1", "agent.health 2")
    assert Environment(Sampled(MIXED)).spec.observation_names == expected
    assert Environment(Sampled(MIXED), Config(observation_keys=("agent",))).spec.observation_names == expected
    assert Environment(Sampled(MIXED), Config(frame_stack=2)).spec.observation_names == ()
    assert Environment(Sampled(MIXED), Config(observation_keys=("image",))).spec.observation_names == ()
    assert Environment(Sampled(MIXED), observation_names=tuple("abcde")).spec.observation_names == tuple("abcde")
    assert Environment(Sampled(spaces.Discrete(3))).spec.observation_names == ()
