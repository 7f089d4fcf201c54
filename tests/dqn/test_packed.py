"""Packed observations: their layout, and the network that takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dqn_tui.dqn.architecture import choose_encoders, count_parameters
from dqn_tui.dqn.encoders import Unpack
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.packed import are_finite, find_vector, unpack
from dqn_tui.spaces import Part, Spaces
from tests.helpers import quick_config

PARTS = (
    Part("camera", (3, 40, 36), "uint8", 255.0),
    Part("board", (2, 4, 5), "float32", 2.0),
    Part("vector", (3,), "float32"),
)


def pack(frames: list[list[Any]]) -> Any:
    """Return an observation of frames, each a list of arrays."""
    return np.concatenate([np.frombuffer(array.tobytes(), np.uint8) for frame in frames for array in frame])


def draw(count: int, frames: int, seed: int = 0) -> tuple[Spaces, Any, list[Any]]:
    """Return spaces, packed observations [count, N], and their arrays by part."""
    generator = np.random.default_rng(seed)
    spaces = Spaces((frames * sum(part.byte_count for part in PARTS),), 4, "uint8", frames, parts=PARTS)
    drawn = [
        [
            [
                generator.integers(0, 256, part.shape).astype(np.uint8)
                if part.dtype == "uint8"
                else generator.normal(size=part.shape).astype(np.float32)
                for part in PARTS
            ]
            for _ in range(frames)
        ]
        for _ in range(count)
    ]
    arrays = [np.array([np.concatenate([frame[i] for frame in stack]) for stack in drawn]) for i in range(len(PARTS))]
    return spaces, np.array([pack(stack) for stack in drawn]), arrays


@pytest.mark.parametrize("frames", [1, 3])
def test_unpacking_joins_the_frames_of_each_part(frames: int) -> None:
    spaces, packed, arrays = draw(5, frames)
    found = list(unpack(spaces, packed))
    assert [part.shape for part, _ in found] == [array.shape[1:] for array in arrays]
    for (_, array), expected in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(array, expected)
    vector = find_vector(spaces, packed)
    assert vector is not None
    np.testing.assert_array_equal(vector, arrays[2])


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("count", [1, 3])
def test_tensors_are_unpacked_alike_also_where_floats_follow_an_odd_number_of_bytes(count: int, frames: int) -> None:
    parts = (Part("grid", (3, 7, 7), "uint8", 10.0), Part("vector", (4,), "float32"))
    spaces = Spaces((frames * sum(part.byte_count for part in parts),), 7, "uint8", frames, parts=parts)
    generator = np.random.default_rng(1)
    stacks = [
        [[generator.integers(0, 11, (3, 7, 7)).astype(np.uint8), generator.random(4, np.float32)]] * frames
        for _ in range(count)
    ]
    packed = np.array([pack(stack) for stack in stacks])
    found = Unpack(spaces)(torch.from_numpy(packed))
    for tensor, (_, array) in zip(found, unpack(spaces, packed), strict=True):
        np.testing.assert_array_equal(tensor.numpy(), array)


def test_a_float_that_is_not_finite_is_found_wherever_it_is() -> None:
    spaces, packed, _ = draw(2, 2)
    assert are_finite(spaces, packed)
    for start in (3 * 40 * 36, 3 * 40 * 36 + 4 * 39, 3 * 40 * 36 + 4 * 40):
        broken = packed.copy()
        broken[1, start : start + 4] = np.frombuffer(np.float32(np.nan).tobytes(), np.uint8)
        assert not are_finite(spaces, broken)


@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("dueling", [False, True])
def test_the_network_joins_the_features_of_all_parts(frames: int, dueling: bool) -> None:
    spaces, packed, (camera, board, vector) = draw(6, frames, seed=3)
    config = quick_config(net_arch=[16], dueling=dueling)
    network = QNetwork(config, spaces, generator=torch.Generator().manual_seed(1))
    assert choose_encoders(config, spaces) == ["nature", "minatar"]
    assert sum(parameter.numel() for parameter in network.parameters()) == count_parameters(config, spaces)
    encoder: Any = network.encoder
    first, second = encoder.images
    convolutions = [layer for layer in first.modules() if isinstance(layer, nn.Conv2d)]
    features = torch.from_numpy(camera).float() / 255
    for convolution in convolutions:
        features = convolution(features).relu()
    (only,) = [layer for layer in second.modules() if isinstance(layer, nn.Conv2d)]
    boards = only(torch.from_numpy(board) / 2).relu()
    joined = torch.cat([features.flatten(1), boards.flatten(1), torch.from_numpy(vector)], dim=1)
    with torch.no_grad():
        torch.testing.assert_close(network(torch.from_numpy(packed)), network.head(joined))
        np.testing.assert_allclose(network.q_values(packed), network.head(joined), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "encoder"),
    [((1, 2, 2), "flat"), ((3, 3, 9), "minatar"), ((20, 7, 7), "minatar"), ((4, 84, 84), "nature")],
)
def test_an_image_of_any_size_gets_an_encoder_that_fits(shape: tuple[int, ...], encoder: str) -> None:
    spaces = Spaces(shape, 2, "uint8", largest_value=1.0)
    assert choose_encoders(quick_config(), spaces) == [encoder]


def test_the_grid_encoder_sees_every_cell_with_its_neighbours() -> None:
    spaces = Spaces((20, 7, 7), 7, "uint8", largest_value=1.0)
    config = quick_config(encoder="grid", net_arch=[64])
    network = QNetwork(config, spaces, generator=torch.Generator().manual_seed(0))
    kernels = [tuple(layer.weight.shape) for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert kernels == [(16, 20, 2, 2), (32, 16, 2, 2), (64, 32, 2, 2)]
    assert network(torch.zeros(2, 20, 7, 7, dtype=torch.uint8)).shape == (2, 7)
    assert sum(parameter.numel() for parameter in network.parameters()) == count_parameters(config, spaces)


@pytest.mark.parametrize(
    "change",
    [
        {"observation_shape": [7]},
        {"observation_dtype": "float32"},
        {"parts": [{"name": "a", "shape": [0], "dtype": "uint8", "largest_value": 1}]},
        {"parts": [{"name": "a", "shape": [3], "dtype": "float16", "largest_value": 1}]},
        {"parts": [{"name": "a", "shape": [3, 3], "dtype": "uint8", "largest_value": 1}]},
        {"parts": [{"shape": [3]}]},
        {"parts": 3},
        {"parts": ["a"]},
    ],
)
def test_a_description_that_no_packed_observation_has_is_refused(change: dict[str, Any]) -> None:
    spaces, _, _ = draw(1, 2)
    assert Spaces.from_dict(spaces.to_dict()) == spaces
    with pytest.raises(ValueError, match=r"\w"):
        Spaces.from_dict(spaces.to_dict() | change)
