"""Linear layers with ReLU between them, without autograd: their gradients written straight to where they belong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class Mlp:
    """A view of a network's linear layers. For layers of this size it halves the cost of an update.

    Args:
        layers: their `weight.grad` and `bias.grad` are allocated.
    """

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        self._layers = layers
        is_on_cpu = layers[0].weight.device.type == "cpu"
        self._arrays = [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers if is_on_cpu]

    def forward(self, features: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs [B, O] of features [B, F], and each layer's input [B, fan_in], which `backward` needs."""
        inputs = [features]
        *inner, last = self._layers
        for layer in inner:
            inputs.append(torch.addmm(layer.bias, inputs[-1], layer.weight.t()).relu_())
        return torch.addmm(last.bias, inputs[-1], last.weight.t()), inputs

    def backward(self, inputs: list[Tensor], output_grad: Tensor) -> None:
        """Write the loss's gradient by every parameter, from its gradient by the outputs [B, O]."""
        grad = output_grad
        for index in reversed(range(len(self._layers))):
            layer = self._layers[index]
            torch.mm(grad.t(), inputs[index], out=layer.weight.grad)
            torch.sum(grad, 0, out=layer.bias.grad)
            if index:
                grad = torch.ops.aten.threshold_backward(torch.mm(grad, layer.weight), inputs[index], 0)

    def forward_arrays(self, features: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Outputs [E, O] in NumPy on the very same weights, None off the CPU; for one row a fifth of torch's cost."""
        if not self._arrays:
            return None
        # NumPy multiplies a matrix with one vector in half the time of a matrix with one row.
        hidden = features[0] if len(features) == 1 else features.T
        *inner, (weight, bias) = self._arrays
        for inner_weight, inner_bias in inner:
            hidden = np.maximum(_apply(inner_weight, inner_bias, hidden), 0.0)
        outputs: NDArray[np.float32] = _apply(weight, bias, hidden)
        return outputs[np.newaxis] if outputs.ndim == 1 else outputs.T


def _apply(weight: NDArray[np.float32], bias: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """A linear layer on a vector [fan_in] or on columns [fan_in, E]."""
    product: NDArray[np.float32] = weight @ columns
    return product + (bias if product.ndim == 1 else bias[:, np.newaxis])
