"""The activations of a network's hidden units."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.noisy import NoisyLinear


class LayerActivations(NamedTuple):
    """Activations of the units of one layer, behind its ReLU: float32 [B, U]; a map of a convolution is one unit."""

    name: str
    values: NDArray[np.float32]


def record_activations(network: QNetwork, observations: NDArray[Any]) -> list[LayerActivations]:
    """Return the mean absolute activation of each hidden unit at observations [B, *shape], layer by layer."""
    layers: list[nn.Module] = [
        layer for layer in network.modules() if isinstance(layer, nn.Linear | nn.Conv2d | NoisyLinear)
    ]
    outputs: dict[int, Tensor] = {}
    hooks = [layer.register_forward_hook(_keep(outputs, number)) for number, layer in enumerate(layers)]
    network.eval()
    try:
        with torch.no_grad():
            network(torch.as_tensor(observations, device=network.flat.device))
    finally:
        for hook in hooks:
            hook.remove()
    return [
        LayerActivations(_name(layers, number), _squeeze(outputs[number]))
        for number in sorted(outputs)
        if not _is_output(network, layers[number])
    ]


def _keep(outputs: dict[int, Tensor], number: int) -> Any:
    def keep(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        outputs[number] = output

    return keep


def _squeeze(output: Tensor) -> NDArray[np.float32]:
    """Return [B, U] of a layer's output behind ReLU: [B, U] or [B, U, H, W]."""
    active = output.relu()
    return (active.mean((2, 3)) if active.ndim == 4 else active).cpu().numpy()


def _name(layers: list[nn.Module], number: int) -> str:
    kind = type(layers[number])
    place = sum(type(layer) is kind for layer in layers[: number + 1])
    return f"{'conv' if kind is nn.Conv2d else 'linear'} {place}"


def _is_output(network: QNetwork, layer: nn.Module) -> bool:
    """Whether a layer gives values, not features: the last one of the head, or of one of its streams."""
    head: Any = network.head
    streams = (head.value, head.advantage) if hasattr(head, "advantage") else (head,)
    return any(layer is list(stream.modules())[-1] for stream in streams)
