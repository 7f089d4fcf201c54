"""Linear layers with ReLU between them, without autograd: gradients are written directly to their destination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class Mlp:
    """A view of a network's linear layers, which halves the cost of an update of small networks.

    Args:
        layers: linear layers, with `weight.grad` and `bias.grad` allocated.
    """

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        self._layers = layers
        is_on_cpu = layers[0].weight.device.type == "cpu"
        self._arrays = [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers if is_on_cpu]

    def forward(self, features: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return outputs [B, O] for features [B, F], and each layer's input [B, fan_in] for `backward`."""
        inputs = [features]
        *inner, last = self._layers
        for layer in inner:
            inputs.append(torch.addmm(layer.bias, inputs[-1], layer.weight.t()).relu_())
        return torch.addmm(last.bias, inputs[-1], last.weight.t()), inputs

    def backward(self, inputs: list[Tensor], output_grad: Tensor) -> None:
        """Write the loss's gradient by every parameter, given its gradient by the outputs [B, O]."""
        grad = output_grad
        for index in reversed(range(len(self._layers))):
            layer = self._layers[index]
            torch.mm(grad.t(), inputs[index], out=layer.weight.grad)
            torch.sum(grad, 0, out=layer.bias.grad)
            if index:
                grad = torch.ops.aten.threshold_backward(torch.mm(grad, layer.weight), inputs[index], 0)

    def forward_arrays(self, features: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Return outputs [E, O], computed by NumPy on the same weights; None if they are not on the CPU.

        For one row, this takes a fifth of torch's time.
        """
        if not self._arrays:
            return None
        # NumPy multiplies a matrix by a vector in half the time that it takes for a matrix of one row.
        hidden = features[0] if len(features) == 1 else features.T
        *inner, (weight, bias) = self._arrays
        for inner_weight, inner_bias in inner:
            hidden = np.maximum(_apply(inner_weight, inner_bias, hidden), 0.0)
        outputs: NDArray[np.float32] = _apply(weight, bias, hidden)
        return outputs[np.newaxis] if outputs.ndim == 1 else outputs.T


def _apply(weight: NDArray[np.float32], bias: NDArray[np.float32], columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Apply a linear layer to a vector [fan_in] or to columns [fan_in, E]."""
    product: NDArray[np.float32] = weight @ columns
    return product + (bias if product.ndim == 1 else bias[:, np.newaxis])
