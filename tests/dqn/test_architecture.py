"""The Q-network's parts, in every combination, against plain PyTorch."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dqn_tui.dqn.architecture import choose_encoders, count_parameters
from dqn_tui.dqn.network import DuelingHead, QNetwork
from dqn_tui.dqn.noisy import NoisyLinear
from dqn_tui.errors import UsageError
from dqn_tui.spaces import Spaces
from tests.helpers import quick_config

VECTOR = Spaces((3,), 2)
BOARD = Spaces((4, 10, 10), 3, "uint8", 1, 1.0)
PICTURE = Spaces((4, 84, 84), 6, "uint8", 4, 255.0)


def make_network(spaces: Spaces, seed: int = 0, **settings: Any) -> QNetwork:
    return QNetwork(quick_config(**settings), spaces, generator=torch.Generator().manual_seed(seed))


def draw_observations(spaces: Spaces, count: int = 2) -> np.ndarray[Any, Any]:
    generator = np.random.default_rng(0)
    if spaces.images:
        return generator.integers(0, int(spaces.largest_value) + 1, (count, *spaces.observation_shape), np.uint8)
    return generator.normal(size=(count, *spaces.observation_shape)).astype(np.float32)


@pytest.mark.parametrize("encoder", ["auto", "impala"])
@pytest.mark.parametrize("spaces", [VECTOR, BOARD, PICTURE], ids=["vector", "board", "picture"])
def test_parameters_and_outputs_are_as_many_as_were_counted(spaces: Spaces, encoder: str) -> None:
    for dueling, noisy, distribution, net_arch in product(
        (False, True), (False, True), ("none", "c51", "qr"), ([], [8], [8, 5])
    ):
        config = quick_config(
            encoder=encoder, dueling=dueling, noisy=noisy, distribution=distribution, net_arch=net_arch, atoms=7
        )
        network = QNetwork(config, spaces, generator=torch.Generator().manual_seed(0))
        assert network.flat.numel() == count_parameters(config, spaces)
        observations = draw_observations(spaces)
        atoms = () if distribution == "none" else (7,)
        assert network.outputs(torch.from_numpy(observations)).shape == (2, spaces.action_count, *atoms)
        q_values = network.q_values(observations)
        assert q_values.shape == (2, spaces.action_count)
        assert np.isfinite(q_values).all()


def test_images_are_scaled_once_inside_the_network() -> None:
    network = make_network(PICTURE)
    assert isinstance(network.encoder, nn.Sequential)
    bright = np.full((1, 4, 84, 84), 255, np.uint8)
    expected = network.head(network.encoder[1:](torch.ones(1, 4, 84, 84)))
    torch.testing.assert_close(torch.from_numpy(network.q_values(bright)), expected.detach(), rtol=1e-4, atol=1e-5)


def test_pictures_are_read_as_in_nature_and_boards_as_in_minatar() -> None:
    assert choose_encoders(quick_config(), PICTURE) == ["nature"]
    assert choose_encoders(quick_config(), BOARD) == ["minatar"]
    assert choose_encoders(quick_config(encoder="impala"), BOARD) == ["impala"]
    layers = make_network(PICTURE).encoder.modules()
    shapes = [tuple(layer.weight.shape) for layer in layers if isinstance(layer, nn.Conv2d)]
    assert shapes == [(32, 4, 8, 8), (64, 32, 4, 4), (64, 64, 3, 3)]


def test_an_image_too_small_for_its_encoder_is_one_clear_error() -> None:
    with pytest.raises(UsageError, match=r"encoder 'nature' needs larger images, got 10x10"):
        make_network(BOARD, encoder="nature")


@pytest.mark.parametrize("atoms", [1, 5])
def test_a_dueling_head_adds_the_value_to_advantages_less_their_mean(atoms: int) -> None:
    head = DuelingHead([6, 4], 3 * atoms, atoms, nn.Linear)
    features = torch.randn(2, 6)
    value, advantages = head.value(features), head.advantage(features).view(2, 3, atoms)
    for row in range(2):
        for action in range(3):
            expected = value[row] + advantages[row, action] - sum(advantages[row, other] for other in range(3)) / 3
            torch.testing.assert_close(head(features).view(2, 3, atoms)[row, action], expected)


# --- NoisyNet ---


def make_noisy() -> NoisyLinear:
    layer = NoisyLinear(4, 3)
    for parameter in (layer.weight, layer.bias):
        nn.init.normal_(parameter)
    layer.set_sigma(0.5)
    layer.redraw_noise(torch.Generator().manual_seed(1))
    return layer


def test_sigma_begins_at_the_papers_value() -> None:
    layer = make_noisy()
    assert set(layer.weight_sigma.flatten().tolist()) == set(layer.bias_sigma.tolist()) == {0.25}


def test_a_noisy_layer_adds_sigma_times_the_product_of_input_and_output_noise() -> None:
    layer, features = make_noisy(), torch.randn(2, 4)
    expected = torch.zeros(2, 3)
    for row, j in product(range(2), range(3)):
        out = layer.output_noise[j]
        expected[row, j] = layer.bias[j] + 0.25 * out
        for i in range(4):
            expected[row, j] += features[row, i] * (layer.weight[j, i] + 0.25 * out * layer.input_noise[i])
    torch.testing.assert_close(layer(features), expected)


def test_noise_is_off_in_evaluation() -> None:
    layer, features = make_noisy(), torch.randn(2, 4)
    torch.testing.assert_close(layer.eval()(features), nn.functional.linear(features, layer.weight, layer.bias))


def test_noise_is_the_signed_square_root_of_a_normal_draw() -> None:
    layer = NoisyLinear(10_000, 1)
    layer.redraw_noise(torch.Generator().manual_seed(0))
    squares = layer.input_noise.sign() * layer.input_noise**2
    assert squares.mean().item() == pytest.approx(0, abs=0.04)
    assert squares.std().item() == pytest.approx(1, abs=0.03)


def test_a_noisy_network_acts_with_noise_only_where_it_is_asked_for() -> None:
    network = make_network(VECTOR, noisy=True)
    observations = draw_observations(VECTOR)
    network.redraw_noise(torch.Generator().manual_seed(1))
    quiet, loud = network.q_values(observations), network.q_values(observations, with_noise=True)
    assert not np.allclose(quiet, loud)
    np.testing.assert_array_equal(network.q_values(observations), quiet)
    network.redraw_noise(torch.Generator().manual_seed(2))
    np.testing.assert_array_equal(network.q_values(observations), quiet)
    assert not np.allclose(network.q_values(observations, with_noise=True), loud)
