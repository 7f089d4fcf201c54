"""Activations of hidden units, against hand-worked ones."""

from __future__ import annotations

import numpy as np
import torch

from dqn_tui.config import Config
from dqn_tui.dqn.activations import record_activations
from dqn_tui.dqn.network import QNetwork
from dqn_tui.spaces import Spaces


def make_network(spaces: Spaces, **settings: object) -> QNetwork:
    return QNetwork(Config(**settings), spaces, generator=torch.Generator().manual_seed(0))  # type: ignore[arg-type]


def test_hidden_units_are_those_behind_relu_and_outputs_are_none() -> None:
    network = make_network(Spaces((2,), 2), net_arch=(2,))
    first = next(layer for layer in network.modules() if isinstance(layer, torch.nn.Linear))
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0, 2.0], [-1.0, 0.0]]))
        first.bias.copy_(torch.tensor([0.5, 0.0]))
    (layer,) = record_activations(network, np.array([[1, 1], [-2, 0]], np.float32))
    assert layer.name == "linear 1"
    assert layer.values.tolist() == [[3.5, 0.0], [0.0, 2.0]]


def test_the_units_of_a_convolution_are_its_maps() -> None:
    spaces = Spaces((4, 10, 10), 3, "uint8")
    network = make_network(spaces, net_arch=(8,), dueling=True)
    images = np.random.default_rng(0).integers(0, 2, (5, 4, 10, 10)).astype(np.uint8)
    layers = record_activations(network, images)
    assert [layer.values.shape for layer in layers] == [(5, 16), (5, 8), (5, 8)]
    conv = next(module for module in network.modules() if isinstance(module, torch.nn.Conv2d))
    with torch.no_grad():
        expected = conv(torch.as_tensor(images).float()).relu().mean((2, 3)).numpy()
    np.testing.assert_allclose(layers[0].values, expected, rtol=1e-5)


def test_recording_leaves_no_hooks_and_no_other_outputs_behind() -> None:
    network = make_network(Spaces((3,), 2), net_arch=(4, 4))
    observation = np.ones((1, 3), np.float32)
    before = network.q_values(observation)
    record_activations(network, observation)
    assert not any(module._forward_hooks for module in network.modules())
    np.testing.assert_array_equal(network.q_values(observation), before)
