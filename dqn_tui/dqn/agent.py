"""The agent: DQN (Mnih et al. 2015), Double DQN (van Hasselt et al. 2016), and the rest of the family.

Each other member cites its paper beside its code.
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
from dqn_tui.dqn.fast_update import BatchLoss, FastUpdate
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.optimizer import Adam
from dqn_tui.dqn.policies import NextPolicy, make_greedy_policy, make_soft_policy, munchausen_rewards
from dqn_tui.dqn.replay import Batch
from dqn_tui.dqn.rewards import LARGEST_FLOAT32, RewardTransform
from dqn_tui.dqn.saved import Arrays, blame
from dqn_tui.dqn.schedule import make_learning_rate
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import derive_seed
from dqn_tui.spaces import Spaces


class UpdateStatistics(NamedTuple):
    """Means over one update's batch.

    Attributes:
        loss: the weighted loss, of learned rewards.
        q_mean: Q-values of the actions taken, in the environment's own reward units.
        target_mean: their targets, in the same units.
        td_error: absolute TD errors, in the same units.
        grad_norm: L2 norm of the gradient before clipping.
    """

    loss: float
    q_mean: float
    target_mean: float
    td_error: float
    grad_norm: float


class Update(NamedTuple):
    """The outcome of one gradient step on a batch of B transitions.

    Attributes:
        statistics: means over the batch.
        priorities: new priorities, float32 [B], >= 0.
        td_errors: absolute TD errors of the mean returns, float32 [B], in units of the learned rewards.
    """

    statistics: UpdateStatistics
    priorities: NDArray[np.float32]
    td_errors: NDArray[np.float32]


class Agent:
    """An online network that learns, and a target network that its targets come from.

    Attributes:
        online: the network that acts and learns.
        target: a copy of its past, moved by `update_target`.
        rewards: turns rewards into learned ones, and Q-values back.
        learning_rate: a function of the environment step.
    """

    def __init__(self, config: Config, spaces: Spaces, device: str = "cpu") -> None:
        self._config = config
        self.spaces = spaces
        self.device = torch.device(device)
        self._is_on_cpu = self.device.type == "cpu"
        self.rewards = RewardTransform(config)
        generator = torch.Generator().manual_seed(derive_seed(config.seed, "weights"))
        self.online = QNetwork(config, spaces, generator=generator, device=self.device)
        self.target = QNetwork(config, spaces, device=self.device)
        self.target.flat.copy_(self.online.flat)
        self.target.share_statistics(self.online)
        self._noise = torch.Generator().manual_seed(derive_seed(config.seed, "noise"))
        self._redraw_noise()
        self.learning_rate = make_learning_rate(config.learning_rate, config.total_timesteps)
        self._optimizer = Adam(self.online.flat, self.online.flat_grad, config.adam_eps)
        is_plain = config.distribution == "none" and not config.munchausen and self._is_on_cpu
        self._fast_update = (
            FastUpdate(self.online, self.target, is_double=config.double)
            if is_plain and self.online.linear_layers
            else None
        )

    def act(
        self,
        observations: NDArray[Any],
        masks: NDArray[np.bool_] | None,
        epsilon: float,
        generator: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose epsilon-greedy actions in E environments, with an independent draw for each.

        Args:
            observations: [E, *shape].
            masks: the allowed actions, bool [E, A]; None where all are.
            epsilon: probability of a uniformly random action.
            generator: source of the draws.

        Returns:
            Actions, int64 [E].
        """
        # For a few numbers, lists cost a fraction of NumPy's calls.
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
        """Take one gradient step on a batch, at environment step `step`.

        Raises:
            DivergedError: the loss, its gradient or the Q-values are not finite; the weights are unchanged.
        """
        if self._fast_update is not None:
            with torch.inference_mode():
                found = self._fast_update.compute(batch)
        else:
            self._redraw_noise()
            with torch.no_grad() if self.online.needs_autograd else torch.inference_mode():
                found = self._compute(batch)
        statistics = self._summarize(found)
        self._check(statistics, step)
        self._descend(statistics.grad_norm, step)
        return Update(statistics, found.priorities, found.td_errors)

    def _compute(self, batch: Batch) -> BatchLoss:
        """Return the loss of a batch, and write its gradient by every parameter to the online network's `flat_grad`."""
        observations, next_observations = self._to_device(batch.observations), self._to_device(batch.next_observations)
        actions, rewards = self._to_device(batch.actions), self._to_device(batch.rewards)
        discounts, weights = self._to_device(batch.discounts), self._to_optional(batch.weights)
        if self._config.munchausen:
            rewards = rewards + self._log_policy_rewards(observations, actions, self._to_optional(batch.masks))
        others = next_observations if self._config.double and not self._config.munchausen else None
        outputs, record, online_next_outputs = self.online.record(observations, others)
        next_outputs = self.target.outputs(next_observations)
        policy = self._next_policy(next_outputs, online_next_outputs, self._to_optional(batch.next_masks))
        targets = self.target.distribution.targets(rewards, discounts, next_outputs, policy)
        loss = self.online.distribution.loss(outputs, actions, targets, weights)
        self.online.backward(record, loss.output_grad)
        td_errors = (loss.target_mean - loss.q_selected).abs_()
        return BatchLoss(
            loss.value.item(),
            loss.q_selected.mean().item(),
            loss.target_mean.mean().item(),
            td_errors.mean().item(),
            td_errors=td_errors.cpu().numpy(),
            priorities=loss.priorities.cpu().numpy(),
        )

    def value_greedily(self, observations: NDArray[Any], masks: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """Return the highest Q-value among the allowed actions, without noise.

        Args:
            observations: [E, *shape].
            masks: the allowed actions, bool [E, A]; None where all are.

        Returns:
            Values in the environment's own reward units, float32 [E].
        """
        values: NDArray[np.float32] = _forbid(self.online.q_values(observations), masks).max(1)
        return values

    def update_target(self) -> None:
        """Move the target network towards the online one by `tau`; 1 copies it."""
        if self._config.tau == 1:
            self.target.flat.copy_(self.online.flat)
        else:
            self.target.flat.lerp_(self.online.flat, self._config.tau)

    def check_weights(self) -> None:
        """Check that all weights are finite.

        Raises:
            DivergedError: one of them is not.
        """
        if not self.online.flat.isfinite().all():
            raise DivergedError("the network's weights are not finite")

    def copy_policy(self) -> QNetwork:
        """Return a copy of the online network on the CPU, unaffected by later updates."""
        return self.online.copy_to_cpu()

    def get_state(self) -> dict[str, Arrays]:
        """Return all that later updates depend on, in groups: both networks in state-dict order, moments, noise."""
        return {
            "online": to_arrays(self.online.state_dict()),
            "target": to_arrays(self.target.state_dict()),
            "optimizer": to_arrays(self._optimizer.moments),
            "noise": to_arrays({"generator": self._noise.get_state()} | self.online.noise()),
        }

    def set_state(self, state: Mapping[str, Arrays]) -> None:
        """Restore the result of `get_state`.

        Raises:
            MisfitError: a name, a shape or a type does not match this agent's.
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
        """Return the policy of the next states: by the online network's values with Double DQN, else the target's."""
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
        """Draw independent noise for both networks (Fortunato et al. 2018, section 3.1)."""
        if self.online.is_noisy:
            for network in (self.online, self.target):
                network.redraw_noise(self._noise)

    def _summarize(self, found: BatchLoss) -> UpdateStatistics:
        original = self.rewards.original
        return UpdateStatistics(
            loss=found.loss,
            q_mean=original(found.q_mean),
            target_mean=original(found.target_mean),
            td_error=original(found.td_error),
            grad_norm=torch.linalg.vector_norm(self.online.flat_grad).item(),
        )

    def _check(self, statistics: UpdateStatistics, step: int) -> None:
        loss, q_mean, grad_norm = statistics.loss, statistics.q_mean, statistics.grad_norm
        if not (math.isfinite(grad_norm) and math.isfinite(loss)):
            raise DivergedError(f"loss is {loss:.6g} and its gradient's norm {grad_norm:.6g} at step {step:,}")
        if not all(abs(value) <= LARGEST_FLOAT32 for value in statistics):
            scale = self._config.reward_scale
            raise DivergedError(f"the mean Q-value is {q_mean:.6g} at step {step:,}, with a reward_scale of {scale:g}")

    def _descend(self, grad_norm: float, step: int) -> None:
        """Clip the gradients to `max_grad_norm` and take Adam's step."""
        if grad_norm > self._config.max_grad_norm:
            self.online.flat_grad.mul_(self._config.max_grad_norm / grad_norm)
        self._optimizer.step(self.learning_rate(step))

    def _to_device(self, array: NDArray[Any]) -> Tensor:
        tensor = torch.from_numpy(array)
        return tensor if self._is_on_cpu else tensor.to(self.device)

    def _to_optional(self, array: NDArray[Any] | None) -> Tensor | None:
        return None if array is None else self._to_device(array)


def greedy_actions(q_values: NDArray[np.float32], masks: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Return the allowed action with the highest of the Q-values [E, A], int64 [E]; `masks` bool [E, A] or None."""
    actions: NDArray[np.int64] = _forbid(q_values, masks).argmax(1)
    return actions


def _forbid(q_values: NDArray[np.float32], masks: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    """Return the Q-values with -inf in place of those of forbidden actions."""
    return q_values if masks is None else np.where(masks, q_values, np.float32(-np.inf))


def load_arrays(network: QNetwork, arrays: Arrays) -> None:
    """Copy arrays into a network's parameters.

    Raises:
        ValueError: a name, a shape or a type does not match the network's.
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


def to_arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    """Return the tensors as arrays on the CPU, by name."""
    return {name: _to_array(tensor) for name, tensor in tensors.items()}


def _to_array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return array


def weights_sha256(network: nn.Module) -> str:
    """Return the SHA-256 of a network's tensors, each as little-endian bytes, in state-dict order."""
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        array = tensor.cpu().numpy()
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.hexdigest()
