"""The loss and the gradient of a small Q-network, at a fraction of what torch's operations cost by themselves.

For networks of a few thousand weights, an operation costs more to call than to compute. Here every result is written
to a buffer of its own, torch computes the matrix products, and NumPy, whose calls cost a third of torch's, does the
rest on the same memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.replay import Batch

Floats = NDArray[np.float32]


class BatchLoss(NamedTuple):
    """The loss of a batch of B transitions; its gradient is in the network's `flat_grad`.

    Attributes:
        loss, q_mean, target_mean, td_error: means over the batch, in units of the learned rewards.
        td_errors: absolute TD errors, float32 [B].
        priorities: priorities in prioritized replay, float32 [B].
    """

    loss: float
    q_mean: float
    target_mean: float
    td_error: float
    td_errors: Floats
    priorities: Floats


class FastUpdate:
    """Computes what `Agent` does with `Expectation`: the Huber loss of DQN or Double DQN, and its gradient.

    Args:
        online: a network with one output for each action, of linear layers only, on the CPU.
        target: another of the same kind.
        is_double: whether the online network chooses the next actions (van Hasselt et al. 2016).
    """

    def __init__(self, online: QNetwork, target: QNetwork, *, is_double: bool) -> None:
        self._online, self._target = online, target
        self._is_double = is_double
        self._size = 0

    def compute(self, batch: Batch) -> BatchLoss:
        """Return the loss of a batch, and write its gradient by every parameter to the online network's `flat_grad`."""
        size = len(batch.actions)
        if size != self._size:
            self._allocate(size)
        next_features = self._online.normalize(batch.next_observations)
        self._online_pass.features[:size] = self._online.normalize(batch.observations)
        if self._is_double:
            self._online_pass.features[size:] = next_features
        self._target_pass.features[:] = next_features
        outputs = self._online_pass.run()
        next_values = self._target_pass.run()
        losses, q_selected, targets, td_errors = self._terms
        chosen_by = outputs[size:] if self._is_double else next_values
        if batch.next_masks is not None:
            chosen_by = np.where(batch.next_masks, chosen_by, -np.inf)
        np.multiply(batch.discounts, next_values[self._rows, chosen_by.argmax(1)], out=targets)
        np.add(batch.rewards, targets, out=targets)
        q_selected[:] = outputs[self._rows, batch.actions]
        error = np.subtract(q_selected, targets, out=self._error)
        np.absolute(error, out=td_errors)
        # Huber (1964): the gradient is the error, clipped to ±1.
        linear = np.minimum(td_errors, 1.0, out=self._linear)
        np.multiply(linear, -0.5, out=losses)
        np.add(losses, td_errors, out=losses)
        np.multiply(losses, linear, out=losses)
        np.minimum(np.maximum(error, -1.0, out=error), 1.0, out=error)
        if batch.weights is not None:
            np.multiply(losses, batch.weights, out=losses)
            np.multiply(error, batch.weights, out=error)
        np.divide(error, size, out=error)
        output_grad = self._output_grad
        output_grad.fill(0.0)
        output_grad[self._rows, batch.actions] = error
        self._online_pass.go_back(output_grad, size)
        loss, q_mean, target_mean, td_error = (np.add.reduce(self._terms, axis=1) / size).tolist()
        kept = td_errors.copy()
        return BatchLoss(loss, q_mean, target_mean, td_error, td_errors=kept, priorities=kept)

    def _allocate(self, size: int) -> None:
        """Make buffers for batches of `size`."""
        self._size = size
        self._online_pass = _Pass(self._online, size * (2 if self._is_double else 1))
        self._target_pass = _Pass(self._target, size)
        self._rows = np.arange(size)
        self._terms = np.empty((4, size), np.float32)
        self._error, self._linear = np.empty((2, size), np.float32)
        self._output_grad = np.empty((size, self._online.action_count), np.float32)


class _Layer(NamedTuple):
    """A linear layer and its buffers.

    Attributes:
        weight, bias: parameters, [O, I] and [O].
        transposed: the weight, [I, O].
        outputs, outputs_array: [N, O], after ReLU in all layers but the last; the same memory.
        grad: gradient of the loss by the outputs, [N, O].
    """

    weight: torch.Tensor
    bias: torch.Tensor
    transposed: torch.Tensor
    outputs: torch.Tensor
    outputs_array: Floats
    grad: torch.Tensor


class _Pass:
    """A pass through the linear layers of a network, forth and back.

    Attributes:
        features: the batch, float32 [N, F], to be filled in.
    """

    def __init__(self, network: QNetwork, size: int) -> None:
        layers = network.linear_layers
        self.features: Floats = np.empty((size, layers[0].in_features), np.float32)
        self._inputs = torch.from_numpy(self.features)
        self._layers = []
        for layer in layers:
            outputs = np.empty((size, layer.out_features), np.float32)
            weight, bias = layer.weight.detach(), layer.bias.detach()
            tensors = torch.from_numpy(outputs), torch.empty(size, layer.out_features)
            self._layers.append(_Layer(weight, bias, weight.t(), tensors[0], outputs, tensors[1]))
        self._grads: list[tuple[Any, Any]] = [(layer.weight.grad, layer.bias.grad) for layer in layers]

    def run(self) -> Floats:
        """Return the outputs of the features, [N, O]."""
        inputs = self._inputs
        last = self._layers[-1]
        for layer in self._layers:
            torch.addmm(layer.bias, inputs, layer.transposed, out=layer.outputs)
            if layer is not last:
                np.maximum(layer.outputs_array, 0.0, out=layer.outputs_array)
            inputs = layer.outputs
        return last.outputs_array

    def go_back(self, output_grad: Floats, size: int) -> None:
        """Write the gradient by every parameter, given that by the outputs of the first `size` rows."""
        grad = torch.from_numpy(output_grad)
        for index in reversed(range(len(self._layers))):
            inputs = (self._layers[index - 1].outputs if index else self._inputs)[:size]
            weight_grad, bias_grad = self._grads[index]
            torch.mm(grad.t(), inputs, out=weight_grad)
            torch.sum(grad, 0, out=bias_grad)
            if index:
                below = self._layers[index - 1].grad[:size]
                torch.mm(grad, self._layers[index].weight, out=below)
                grad = torch.ops.aten.threshold_backward.grad_input(below, inputs, 0, grad_input=below)
