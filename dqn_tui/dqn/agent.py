"""DQN and its family: what acts, and what learns.

Mnih et al. 2015; Double DQN, van Hasselt et al. 2016; the other members beside their code.
"""

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
from dqn_tui.dqn.optimizer import Adam
from dqn_tui.dqn.policies import NextPolicy, make_greedy_policy, make_soft_policy, munchausen_rewards
from dqn_tui.dqn.replay import Batch
from dqn_tui.dqn.saved import Arrays, blame
from dqn_tui.dqn.schedule import make_learning_rate
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import derive_seed
from dqn_tui.spaces import Spaces


class UpdateStatistics(NamedTuple):
    """Means over one update's batch, Q-values as `QNetwork.q_values` has them; the norm is that before clipping."""

    loss: float
    q_mean: float
    target_mean: float
    td_error: float
    grad_norm: float


class Update(NamedTuple):
    """What an update found: means, and how far off each transition was, float32 [B]."""

    statistics: UpdateStatistics
    priorities: NDArray[np.float32]


class Agent:
    """An online network that learns, and a target network of its own that it learns from."""

    def __init__(self, config: Config, spaces: Spaces, device: str = "cpu") -> None:
        self._config = config
        self.spaces = spaces
        self.device = torch.device(device)
        self._is_on_cpu = self.device.type == "cpu"
        generator = torch.Generator().manual_seed(derive_seed(config.seed, "weights"))
        self.online = QNetwork(config, spaces, generator=generator, device=self.device)
        self.target = QNetwork(config, spaces, device=self.device)
        self.target.flat.copy_(self.online.flat)
        self._noise = torch.Generator().manual_seed(derive_seed(config.seed, "noise"))
        self._redraw_noise()
        self.learning_rate = make_learning_rate(config.learning_rate, config.total_timesteps)
        self._optimizer = Adam(self.online.flat, self.online.flat_grad, config.adam_eps)

    def act(
        self,
        observations: NDArray[Any],
        masks: NDArray[np.bool_] | None,
        epsilon: float,
        generator: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Epsilon-greedy in E environments, each with a draw of its own.

        Args:
            observations: [E, *shape].
            masks: the actions that are allowed, bool [E, A]; None where all are.
            epsilon: probability of a uniform action.
            generator: of the draws.

        Returns:
            Actions, int64 [E].
        """
        # Lists: of a few numbers they cost a fraction of what NumPy's calls do.
        explores = [draw < epsilon for draw in generator.random(len(observations)).tolist()]
        if all(explores):
            actions = np.zeros(len(observations), np.int64)
        else:
            actions = greedy_actions(self.online.q_values(observations, with_noise=self.online.is_noisy), masks)
        for index, is_random in enumerate(explores):
            if is_random:
                actions[index] = self._draw_action(None if masks is None else masks[index], generator)
        return actions

    def _draw_action(self, mask: NDArray[np.bool_] | None, generator: np.random.Generator) -> int:
        if mask is None:
            return int(generator.integers(self.spaces.action_count))
        allowed = np.flatnonzero(mask)
        return int(allowed[generator.integers(len(allowed))])

    def update(self, batch: Batch, step: int) -> Update:
        """One step of gradient descent on a batch, at environment step `step`.

        Raises:
            DivergedError: the loss or its gradient is not finite; the weights were not touched.
        """
        self._redraw_noise()
        observations, next_observations = self._to_device(batch.observations), self._to_device(batch.next_observations)
        actions, rewards = self._to_device(batch.actions), self._to_device(batch.rewards)
        discounts, weights = self._to_device(batch.discounts), self._to_optional(batch.weights)
        with torch.no_grad() if self.online.needs_autograd else torch.inference_mode():
            if self._config.munchausen:
                rewards = rewards + self._log_policy_rewards(observations, actions, self._to_optional(batch.masks))
            others = next_observations if self._config.double and not self._config.munchausen else None
            outputs, record, online_next_outputs = self.online.record(observations, others)
            next_outputs = self.target.outputs(next_observations)
            policy = self._next_policy(next_outputs, online_next_outputs, self._to_optional(batch.next_masks))
            targets = self.target.distribution.targets(rewards, discounts, next_outputs, policy)
            loss = self.online.distribution.loss(outputs, actions, targets, weights)
            self.online.backward(record, loss.output_grad)
            value, scale = loss.value.item(), self._config.reward_scale
            grad_norm = self._descend(value, step)
            statistics = UpdateStatistics(
                loss=value,
                q_mean=loss.q_selected.mean().item() / scale,
                target_mean=loss.target_mean.mean().item() / scale,
                td_error=(loss.target_mean - loss.q_selected).abs_().mean().item() / scale,
                grad_norm=grad_norm,
            )
        return Update(statistics, loss.priorities.cpu().numpy())

    def update_target(self) -> None:
        """Move the target network by `tau` towards the online one; 1 copies it."""
        if self._config.tau == 1:
            self.target.flat.copy_(self.online.flat)
        else:
            self.target.flat.lerp_(self.online.flat, self._config.tau)

    def check_weights(self) -> None:
        """See that the weights may be kept.

        Raises:
            DivergedError: one of them is not finite.
        """
        if not self.online.flat.isfinite().all():
            raise DivergedError("the network's weights are not finite")

    def copy_policy(self) -> QNetwork:
        """A copy of the online network that later updates do not touch, on the CPU."""
        return self.online.copy_to_cpu()

    def get_state(self) -> dict[str, Arrays]:
        """All that learning goes on from, as groups of arrays: the networks in state-dict order, and Adam's moments."""
        return {
            "online": _to_arrays(self.online.state_dict()),
            "target": _to_arrays(self.target.state_dict()),
            "optimizer": _to_arrays(self._optimizer.moments),
            "noise": _to_arrays({"generator": self._noise.get_state()} | self.online.noise()),
        }

    def set_state(self, state: Mapping[str, Arrays]) -> None:
        """Take in what `get_state` gave.

        Raises:
            MisfitError: a name, a shape or a type is not this agent's.
        """
        with blame("online"):
            load_arrays(self.online, state["online"])
        with blame("target"):
            load_arrays(self.target, state["target"])
        with blame("optimizer"):
            _copy_in(self._optimizer.moments, state["optimizer"])
        generator = self._noise.get_state()
        with blame("noise"):
            _copy_in({"generator": generator} | self.online.noise(), state["noise"])
            self._noise.set_state(generator)

    def _next_policy(
        self, next_outputs: Tensor, online_next_outputs: Tensor | None, masks: Tensor | None
    ) -> NextPolicy:
        """What acts in the next states: with Double DQN the online network's choice, else the target network's."""
        outputs = next_outputs if online_next_outputs is None else online_next_outputs
        q_values = self.target.distribution.q_values(outputs)
        if self._config.munchausen:
            return make_soft_policy(q_values, self._config.munchausen_tau, masks)
        return make_greedy_policy(q_values, masks)

    def _log_policy_rewards(self, observations: Tensor, actions: Tensor, masks: Tensor | None) -> Tensor:
        q_values = self.target.distribution.q_values(self.target.outputs(observations))
        policy = make_soft_policy(q_values, self._config.munchausen_tau, masks)
        return munchausen_rewards(policy, actions, self._config.munchausen_alpha, self._config.munchausen_clip)

    def _redraw_noise(self) -> None:
        """The two networks draw apart from each other (Fortunato et al. 2018, section 3.1)."""
        if self.online.is_noisy:
            for network in (self.online, self.target):
                network.redraw_noise(self._noise)

    def _descend(self, loss: float, step: int) -> float:
        gradients = self.online.flat_grad
        grad_norm: float = torch.linalg.vector_norm(gradients).item()
        if not (math.isfinite(grad_norm) and math.isfinite(loss)):
            raise DivergedError(f"loss is {loss:.6g} and its gradient's norm {grad_norm:.6g} at step {step:,}")
        if grad_norm > self._config.max_grad_norm:
            gradients.mul_(self._config.max_grad_norm / grad_norm)
        self._optimizer.step(self.learning_rate(step))
        return grad_norm

    def _to_device(self, array: NDArray[Any]) -> Tensor:
        tensor = torch.from_numpy(array)
        return tensor if self._is_on_cpu else tensor.to(self.device)

    def _to_optional(self, array: NDArray[Any] | None) -> Tensor | None:
        return None if array is None else self._to_device(array)


def greedy_actions(q_values: NDArray[np.float32], masks: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """The allowed action with the highest of the Q-values [E, A], int64 [E]; `masks` bool [E, A]."""
    if masks is not None:
        q_values = np.where(masks, q_values, -np.inf)
    actions: NDArray[np.int64] = q_values.argmax(1)
    return actions


def load_arrays(network: QNetwork, arrays: Arrays) -> None:
    """Copy arrays into a network's parameters.

    Raises:
        ValueError: a name or a shape is not the network's.
    """
    _copy_in(network.state_dict(), arrays)


def _copy_in(tensors: Mapping[str, Tensor], arrays: Arrays) -> None:
    expected = {name: _describe(_to_array(tensor)) for name, tensor in tensors.items()}
    found = {name: _describe(array) for name, array in arrays.items()}
    if found != expected:
        raise ValueError(f"arrays are {found}, expected {expected}")
    for name, tensor in tensors.items():
        tensor.copy_(torch.from_numpy(arrays[name]))


def _describe(array: NDArray[Any]) -> str:
    return f"{array.dtype} {list(array.shape)}"


def _to_arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    return {name: _to_array(tensor) for name, tensor in tensors.items()}


def _to_array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def weights_sha256(network: nn.Module) -> str:
    """SHA-256 of the network's tensors, each as little-endian bytes, in state-dict order."""
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        array = tensor.cpu().numpy()
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.hexdigest()
