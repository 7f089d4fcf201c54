"""The Q-network: an MLP that reads an observation and values each action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class QNetwork(nn.Module):
    """Linear layers with ReLU between them; the output is one Q-value for each action.

    All parameters are views of one flat vector, in state-dict order. So a target update, a gradient norm or an
    optimiser step is one operation on one tensor. Gradients are written straight into another such vector by
    `backward`, without autograd. For networks of this size the two halve an update's cost.

    Attributes:
        flat: every parameter, float32 [P].
        flat_grad: their gradients, float32 [P].
    """

    def __init__(
        self,
        observation_size: int,
        action_count: int,
        net_arch: Sequence[int],
        *,
        generator: torch.Generator | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        """Without a `generator` the weights are left unset, for whoever copies or loads them."""
        super().__init__()
        self._shape = (observation_size, action_count, tuple(net_arch))
        sizes = [observation_size, *net_arch]
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(sizes):
            layers += [_make_linear(fan_in, fan_out, generator), nn.ReLU()]
        layers.append(_make_linear(sizes[-1], action_count, generator))
        self.layers = nn.Sequential(*layers)
        self.to(device)
        self._linears = [layer for layer in layers if isinstance(layer, nn.Linear)]
        self.flat, self.flat_grad = _flatten(self)
        self._arrays = _share_arrays(self)

    def forward(self, observations: Tensor) -> Tensor:
        """Q-values [B, A] of observations [B, D], both float32."""
        q_values: Tensor = self.layers(observations)
        return q_values

    def forward_keeping_inputs(self, observations: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Q-values [B, A] of observations [B, D], and each layer's input [B, fan_in], for `backward`; no autograd."""
        inputs = [observations]
        *inner, last = self._linears
        for layer in inner:
            inputs.append(torch.addmm(layer.bias, inputs[-1], layer.weight.t()).relu_())
        return torch.addmm(last.bias, inputs[-1], last.weight.t()), inputs

    def backward(self, inputs: list[Tensor], q_grad: Tensor) -> None:
        """Write the loss's gradient by every parameter into `flat_grad`, from its gradient by the Q-values [B, A]."""
        grad = q_grad
        for index in reversed(range(len(self._linears))):
            layer = self._linears[index]
            torch.mm(grad.t(), inputs[index], out=layer.weight.grad)
            torch.sum(grad, 0, out=layer.bias.grad)
            if index:
                grad = torch.mm(grad, layer.weight).mul_(inputs[index] > 0)

    def copy_to_cpu(self) -> QNetwork:
        """The same network on memory of its own."""
        network = QNetwork(*self._shape)
        network.flat.copy_(self.flat)
        return network

    def q_values(self, observation: NDArray[np.float32]) -> NDArray[np.float32]:
        """Q-values [A] of one observation [D], outside autograd.

        On the CPU this is NumPy on the very same weights: at batch 1 a fifth of torch's cost.
        """
        if self._arrays is None:
            with torch.no_grad():
                tensor = torch.as_tensor(observation, device=self.flat.device)
                return self(tensor.unsqueeze(0)).squeeze(0).cpu().numpy()  # type: ignore[no-any-return]
        hidden = observation
        *inner, (weight, bias) = self._arrays
        for inner_weight, inner_bias in inner:
            hidden = np.maximum(inner_weight @ hidden + inner_bias, 0.0)
        return weight @ hidden + bias


def _make_linear(fan_in: int, fan_out: int, generator: torch.Generator | None) -> nn.Linear:
    """torch's own initialisation of a linear layer, drawn from `generator` instead of the global one."""
    layer: nn.Linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out)  # type: ignore[no-untyped-call]
    if generator is None:
        return layer
    bound = 1 / math.sqrt(fan_in)
    nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


def _flatten(network: nn.Module) -> tuple[Tensor, Tensor]:
    parameters = list(network.parameters())
    flat = torch.cat([parameter.data.reshape(-1) for parameter in parameters])
    flat_grad = torch.zeros_like(flat)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = flat[start:end].view_as(parameter)
        parameter.grad = flat_grad[start:end].view_as(parameter)
        start = end
    return flat, flat_grad


def _share_arrays(network: QNetwork) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]] | None:
    """Each layer's weight [out, in] and bias [out] as arrays on the tensors' memory; None off the CPU."""
    if network.flat.device.type != "cpu":
        return None
    return [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in network._linears]
