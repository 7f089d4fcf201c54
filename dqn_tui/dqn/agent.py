"""DQN (Mnih et al. 2015) with Double DQN (van Hasselt et al. 2016): what acts, and what learns."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.replay import Batch
from dqn_tui.dqn.schedule import make_learning_rate
from dqn_tui.dqn.targets import huber_loss, td_targets
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import derive_seed

Arrays = Mapping[str, NDArray[Any]]


class UpdateStatistics(NamedTuple):
    """Means over one update's batch; `grad_norm` is the norm before it was clipped."""

    loss: float
    q_mean: float
    target_mean: float
    td_error: float
    grad_norm: float


class Agent:
    """An online network that learns, and a target network of its own that it learns from."""

    def __init__(self, config: Config, observation_size: int, action_count: int, device: str = "cpu") -> None:
        self._config = config
        self.action_count = action_count
        self.device = torch.device(device)
        generator = torch.Generator().manual_seed(derive_seed(config.seed, "weights"))
        self.online = QNetwork(observation_size, action_count, config.net_arch, generator=generator, device=self.device)
        self.target = QNetwork(observation_size, action_count, config.net_arch, device=self.device)
        self.target.flat.copy_(self.online.flat)
        self.learning_rate = make_learning_rate(config.learning_rate, config.total_timesteps)
        self._weights = nn.Parameter(self.online.flat)
        self._weights.grad = self.online.flat_grad
        self._optimizer = torch.optim.Adam([self._weights], lr=self.learning_rate(0), fused=True)

    def act(self, observation: NDArray[np.float32], epsilon: float, generator: np.random.Generator) -> int:
        """Epsilon-greedy: a uniform action with probability `epsilon`, else the greedy one."""
        if generator.random() < epsilon:
            return int(generator.integers(self.action_count))
        return self.act_greedily(observation)

    def act_greedily(self, observation: NDArray[np.float32]) -> int:
        """The action with the highest Q-value."""
        return int(self.online.q_values(observation).argmax())

    @torch.inference_mode()
    def update(self, batch: Batch, step: int) -> UpdateStatistics:
        """One step of gradient descent on the Huber loss of a batch, at environment step `step`.

        Raises:
            DivergedError: the loss or its gradient is not finite; the weights were not touched.
        """
        observations, actions, rewards, discounts, next_observations = self._to_device(batch)
        next_q_online = self.online.forward_keeping_inputs(next_observations)[0] if self._config.double else None
        next_q_target, _ = self.target.forward_keeping_inputs(next_observations)
        td_target = td_targets(rewards, discounts, next_q_target, next_q_online)
        q_values, inputs = self.online.forward_keeping_inputs(observations)
        columns = actions.unsqueeze(1)
        q_selected = q_values.gather(1, columns).squeeze(1)
        loss, q_selected_grad = huber_loss(q_selected, td_target)
        self.online.backward(inputs, torch.zeros_like(q_values).scatter_(1, columns, q_selected_grad.unsqueeze(1)))
        grad_norm = self._descend(loss.item(), step)
        return UpdateStatistics(
            loss=loss.item(),
            q_mean=q_selected.mean().item(),
            target_mean=td_target.mean().item(),
            td_error=(td_target - q_selected).abs_().mean().item(),
            grad_norm=grad_norm,
        )

    def update_target(self) -> None:
        """Move the target network by `tau` towards the online one; 1 copies it."""
        if self._config.tau == 1:
            self.target.flat.copy_(self.online.flat)
        else:
            self.target.flat.lerp_(self.online.flat, self._config.tau)

    def copy_policy(self) -> QNetwork:
        """A copy of the online network that later updates do not touch, on the CPU."""
        return self.online.copy_to_cpu()

    def get_state(self) -> dict[str, Arrays]:
        """All that learning goes on from, as groups of arrays: the networks in state-dict order, and Adam's moments."""
        moments = self._optimizer.state.get(self._weights) or _no_moments(self._weights)
        return {
            "online": _to_arrays(self.online.state_dict()),
            "target": _to_arrays(self.target.state_dict()),
            "optimizer": _to_arrays(moments),
        }

    def set_state(self, state: Mapping[str, Arrays]) -> None:
        """Take in what `get_state` gave.

        Raises:
            ValueError: a name or a shape is not this agent's.
        """
        load_arrays(self.online, state["online"])
        load_arrays(self.target, state["target"])
        moments = {name: tensor.clone() for name, tensor in _no_moments(self._weights).items()}
        _copy_in(moments, state["optimizer"])
        self._optimizer.state[self._weights] = moments

    def _descend(self, loss: float, step: int) -> float:
        gradients = self.online.flat_grad
        grad_norm: float = torch.linalg.vector_norm(gradients).item()
        if not (math.isfinite(grad_norm) and math.isfinite(loss)):
            raise DivergedError(f"loss is {loss:.6g} and its gradient's norm {grad_norm:.6g} at step {step:,}")
        if grad_norm > self._config.max_grad_norm:
            gradients.mul_(self._config.max_grad_norm / grad_norm)
        self._optimizer.param_groups[0]["lr"] = self.learning_rate(step)
        self._optimizer.step()
        return grad_norm

    def _to_device(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        arrays = (batch.observations, batch.actions, batch.rewards, batch.discounts, batch.next_observations)
        observations, actions, rewards, discounts, next_observations = (
            torch.from_numpy(array).to(self.device) for array in arrays
        )
        return observations, actions, rewards, discounts, next_observations


def load_arrays(network: QNetwork, arrays: Arrays) -> None:
    """Copy arrays into a network's parameters.

    Raises:
        ValueError: a name or a shape is not the network's.
    """
    _copy_in(network.state_dict(), arrays)


def _copy_in(tensors: Mapping[str, Tensor], arrays: Arrays) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    found = {name: array.shape for name, array in arrays.items()}
    if found != expected:
        raise ValueError(f"shapes are {found}, expected {expected}")
    for name, tensor in tensors.items():
        tensor.copy_(torch.from_numpy(arrays[name]))


def _no_moments(weights: Tensor) -> dict[str, Tensor]:
    """Adam's state before its first step."""
    return {
        "step": torch.zeros((), dtype=torch.float32, device=weights.device),
        "exp_avg": torch.zeros_like(weights.data),
        "exp_avg_sq": torch.zeros_like(weights.data),
    }


def _to_arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    return {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}


def weights_sha256(network: nn.Module) -> str:
    """SHA-256 of the network's tensors, each as little-endian bytes, in state-dict order."""
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        array = tensor.cpu().numpy()
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.hexdigest()
