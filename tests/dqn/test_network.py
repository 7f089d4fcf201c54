"""The Q-network against torch's own layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dqn_tui.dqn.network import QNetwork
from dqn_tui.spaces import Spaces
from tests.helpers import quick_config

ARCHITECTURES = [(), (4,), (16, 8), (5, 5, 5)]


def make_network(net_arch: tuple[int, ...], seed: int = 0) -> QNetwork:
    config = quick_config(net_arch=list(net_arch))
    return QNetwork(config, Spaces((3,), 2), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("net_arch", ARCHITECTURES)
def test_it_computes_what_linear_layers_with_relu_between_compute(net_arch: tuple[int, ...]) -> None:
    network = make_network(net_arch)
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip((3, *net_arch), (*net_arch, 2), strict=True):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    plain = nn.Sequential(*layers[:-1])
    for own, other in zip(network.parameters(), plain.parameters(), strict=True):
        other.data.copy_(own.data)
    observations = torch.randn(7, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(network(observations), plain(observations))


@pytest.mark.parametrize("net_arch", ARCHITECTURES)
def test_acting_with_numpy_gives_torchs_values(net_arch: tuple[int, ...]) -> None:
    network = make_network(net_arch)
    for count in (1, 20):
        observations = np.random.default_rng(2).normal(size=(count, 3)).astype(np.float32)
        with torch.no_grad():
            expected = network(torch.from_numpy(observations)).numpy()
        np.testing.assert_allclose(network.q_values(observations), expected, rtol=1e-5, atol=1e-6)


def test_acting_sees_weights_that_change() -> None:
    network = make_network((4,))
    observations = np.ones((1, 3), np.float32)
    before = network.q_values(observations).copy()
    with torch.no_grad():
        list(network.parameters())[-1].add_(1.0)
    np.testing.assert_allclose(network.q_values(observations), before + 1, rtol=1e-6)


def test_all_parameters_are_views_of_the_flat_vector_in_state_dict_order() -> None:
    network = make_network((4, 4))
    network.flat.copy_(torch.arange(network.flat.numel()))
    values = torch.cat([tensor.reshape(-1) for tensor in network.state_dict().values()])
    torch.testing.assert_close(values, torch.arange(network.flat.numel(), dtype=torch.float32))


def test_a_copy_is_equal_and_stays_as_it_was() -> None:
    network = make_network((4,))
    copy = network.copy_to_cpu()
    before = network.flat.clone()
    torch.testing.assert_close(copy.flat, before, rtol=0, atol=0)
    network.flat.add_(1.0)
    torch.testing.assert_close(copy.flat, before, rtol=0, atol=0)
    observations = np.ones((1, 3), np.float32)
    assert not np.allclose(copy.q_values(observations), network.q_values(observations))


def test_weights_come_from_the_given_generator_alone() -> None:
    state = torch.get_rng_state()
    first, second, other = make_network((4,)), make_network((4,)), make_network((4,), seed=1)
    assert torch.equal(first.flat, second.flat)
    assert not torch.equal(first.flat, other.flat)
    assert torch.equal(torch.get_rng_state(), state)


def test_fresh_weights_lie_within_torchs_bounds() -> None:
    config = quick_config(net_arch=[64])
    network = QNetwork(config, Spaces((16,), 2), generator=torch.Generator().manual_seed(0))
    first, last = (layer for layer in network.head.modules() if isinstance(layer, nn.Linear))
    for layer, bound in ((first, 1 / 4), (last, 1 / 8)):
        for tensor in (layer.weight, layer.bias):
            assert tensor.abs().max() <= bound
        assert layer.weight.abs().max() > 0.9 * bound


@pytest.mark.parametrize("settings", [{}, {"distribution": "c51"}, {"dueling": True}, {"noisy": True}])
def test_backward_gives_autograds_gradients_time_after_time(settings: dict[str, Any]) -> None:
    config = quick_config(net_arch=[8, 6], atoms=5, **settings)
    network = QNetwork(config, Spaces((3,), 2), generator=torch.Generator().manual_seed(0))
    network.redraw_noise(torch.Generator().manual_seed(1))
    for seed in range(3):
        observations = torch.randn(7, 3, generator=torch.Generator().manual_seed(seed))
        outputs = network(observations)
        output_grad = torch.randn_like(outputs)
        expected = torch.autograd.grad(outputs, list(network.parameters()), output_grad)
        with torch.no_grad():
            recorded, record, others = network.record(observations, observations + 1)
            torch.testing.assert_close(others, network(observations + 1))
            network.backward(record, output_grad)
        torch.testing.assert_close(recorded, outputs.detach())
        torch.testing.assert_close(network.flat_grad, torch.cat([gradient.reshape(-1) for gradient in expected]))


def test_a_layer_without_an_initialisation_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parameters would otherwise hold whatever was in memory."""

    def make_layers(sizes: Sequence[int], linear: Any) -> nn.Sequential:
        return nn.Sequential(linear(*sizes), nn.LayerNorm(sizes[-1]))

    monkeypatch.setattr("dqn_tui.dqn.network.make_layers", make_layers)
    with pytest.raises(TypeError, match="LayerNorm needs an initialisation"):
        QNetwork(quick_config(net_arch=[]), Spaces((4,), 2), generator=torch.Generator().manual_seed(0))
