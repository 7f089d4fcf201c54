"""Models of the return: its mean, or its whole distribution.

A distribution interprets the network's outputs, computes targets from the next states' outputs, and computes the loss
with its gradient by the outputs. The gradients are derived by hand: for networks of a few layers, autograd would cost
as much as everything else.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from dqn_tui.config import Config
from dqn_tui.dqn.policies import NextPolicy, pick


class Loss(NamedTuple):
    """The loss of a batch.

    Attributes:
        value: weighted mean over the batch, [].
        output_grad: its gradient by the outputs, of their shape.
        q_selected: Q-values of the actions taken, [B].
        target_mean: means of their targets, [B].
        priorities: priorities in prioritized replay, [B], >= 0 (Schaul et al. 2016).
    """

    value: Tensor
    output_grad: Tensor
    q_selected: Tensor
    target_mean: Tensor
    priorities: Tensor


class Distribution(Protocol):
    """The meaning of outputs [B, A] or [B, A, N]."""

    atoms: int

    def q_values(self, outputs: Tensor) -> Tensor:
        """Return the mean return of each action, [B, A]."""

    def describe(self, outputs: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return ascending returns and their probabilities, [B, A, N] each; None where only means are known."""

    def targets(self, rewards: Tensor, discounts: Tensor, next_outputs: Tensor, policy: NextPolicy) -> Tensor:
        """Return the targets of the actions taken: [B] or [B, N].

        Args:
            rewards: n-step rewards, float32 [B].
            discounts: gamma ** n, or 0 where the next observation is terminal, float32 [B].
            next_outputs: the target network's outputs for the next observations.
            policy: the policy that acts there.
        """

    def loss(self, outputs: Tensor, actions: Tensor, targets: Tensor, weights: Tensor | None) -> Loss:
        """Return the loss of `outputs` at `actions` int64 [B], with importance weights [B] or None."""


class Expectation:
    """The mean return, one output for each action (Mnih et al. 2015)."""

    atoms = 1

    def q_values(self, outputs: Tensor) -> Tensor:
        """Return the outputs themselves."""
        return outputs

    def describe(self, outputs: Tensor) -> None:
        """Return None."""

    def targets(self, rewards: Tensor, discounts: Tensor, next_outputs: Tensor, policy: NextPolicy) -> Tensor:
        """Return rewards plus discounted next values, [B]."""
        return torch.addcmul(rewards, discounts, policy.average(next_outputs))

    def loss(self, outputs: Tensor, actions: Tensor, targets: Tensor, weights: Tensor | None) -> Loss:
        """Return the Huber loss (1964), whose gradient is the error clipped to ±1, as in Mnih et al. 2015."""
        q_selected = pick(outputs, actions)
        error = q_selected - targets
        size = error.abs()
        linear = size.clamp(max=1.0)
        losses = linear * (size - 0.5 * linear)
        value, output_grad = _average(losses, error.clamp_(-1.0, 1.0), outputs, actions, weights)
        return Loss(value, output_grad, q_selected, targets, size)


class Categorical:
    """C51 (Bellemare et al. 2017): probabilities of N returns between `v_min` and `v_max`; outputs are logits."""

    def __init__(self, atoms: int, v_min: float, v_max: float, device: torch.device) -> None:
        self.atoms = atoms
        self._v_min, self._v_max = v_min, v_max
        self._spacing = (v_max - v_min) / (atoms - 1)
        self._support = torch.linspace(v_min, v_max, atoms, device=device)

    def q_values(self, outputs: Tensor) -> Tensor:
        """Return the mean of each action's distribution, [B, A]."""
        return outputs.softmax(2) @ self._support

    def describe(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the support for each action, and the probabilities on it."""
        return self._support.expand_as(outputs), outputs.softmax(2)

    def targets(self, rewards: Tensor, discounts: Tensor, next_outputs: Tensor, policy: NextPolicy) -> Tensor:
        """Return the shifted next distributions, projected onto the support, [B, N]."""
        atoms, probabilities = policy.mix(self._support, next_outputs.softmax(2))
        return self.project(rewards.unsqueeze(1) + discounts.unsqueeze(1) * atoms, probabilities)

    def project(self, returns: Tensor, probabilities: Tensor) -> Tensor:
        """Project probabilities of any returns [B, K] onto the support, [B, N].

        The mass of a return is split between its two neighbouring atoms in proportion to its nearness; on an atom, all
        of it goes there.
        """
        places = ((returns - self._v_min) / self._spacing).clamp(0, self.atoms - 1)
        lower = places.floor()
        fraction = places - lower
        below = lower.long()
        above = (below + 1).clamp(max=self.atoms - 1)
        projected = probabilities.new_zeros(len(returns), self.atoms)
        projected.scatter_add_(1, below, probabilities * (1 - fraction))
        return projected.scatter_add_(1, above, probabilities * fraction)

    def loss(self, outputs: Tensor, actions: Tensor, targets: Tensor, weights: Tensor | None) -> Loss:
        """Return the cross-entropy, whose gradient by the logits is the difference of the two distributions.

        Priorities are Kullback-Leibler divergences (Hessel et al. 2018).
        """
        log_probabilities = pick(outputs, actions).log_softmax(1)
        losses = -(targets * log_probabilities).sum(1)
        probabilities = log_probabilities.exp()
        value, output_grad = _average(losses, probabilities - targets, outputs, actions, weights)
        entropy = -torch.xlogy(targets, targets).sum(1)
        return Loss(
            value,
            output_grad,
            q_selected=probabilities @ self._support,
            target_mean=targets @ self._support,
            priorities=(losses - entropy).clamp_(min=0),
        )


class Quantiles:
    """QR-DQN (Dabney et al. 2018): N quantiles of the return, at the midpoints of N equal shares."""

    def __init__(self, atoms: int, device: torch.device) -> None:
        self.atoms = atoms
        self._midpoints = ((torch.arange(atoms, device=device) + 0.5) / atoms).view(1, atoms, 1)

    def q_values(self, outputs: Tensor) -> Tensor:
        """Return the mean of each action's quantiles, [B, A]."""
        return outputs.mean(2)

    def describe(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the quantiles in order, each with an equal share."""
        return outputs.sort(2).values, torch.full_like(outputs, 1 / self.atoms)

    def targets(self, rewards: Tensor, discounts: Tensor, next_outputs: Tensor, policy: NextPolicy) -> Tensor:
        """Return the shifted next quantiles, [B, N]."""
        return torch.addcmul(rewards.unsqueeze(1), discounts.unsqueeze(1), policy.average(next_outputs))

    def loss(self, outputs: Tensor, actions: Tensor, targets: Tensor, weights: Tensor | None) -> Loss:
        """Return the quantile Huber loss (equation 10, kappa = 1): the mean over targets, summed over quantiles."""
        quantiles = pick(outputs, actions)
        error = quantiles.unsqueeze(2) - targets.unsqueeze(1)
        asymmetry = (self._midpoints - (error > 0).float()).abs()
        size = error.abs()
        linear = size.clamp(max=1.0)
        losses = (asymmetry * linear * (size - 0.5 * linear)).mean(2).sum(1)
        grads = (asymmetry * error.clamp_(-1.0, 1.0)).mean(2)
        value, output_grad = _average(losses, grads, outputs, actions, weights)
        return Loss(value, output_grad, quantiles.mean(1), targets.mean(1), priorities=size.mean((1, 2)))


def make_distribution(config: Config, device: torch.device) -> Distribution:
    """Return the distribution named in the configuration."""
    if config.distribution == "c51":
        return Categorical(config.atoms, config.v_min, config.v_max, device)
    if config.distribution == "qr":
        return Quantiles(config.atoms, device)
    return Expectation()


def _average(
    losses: Tensor, grads: Tensor, outputs: Tensor, actions: Tensor, weights: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return the weighted mean of `losses` [B] and its gradient by all outputs, from `grads` at the actions taken."""
    if weights is not None:
        losses = weights * losses
        grads = (weights if grads.ndim == 1 else weights.unsqueeze(1)) * grads
    grads = grads.div_(len(losses))
    output_grad = torch.zeros_like(outputs)
    if grads.ndim == 1:
        output_grad.scatter_(1, actions.unsqueeze(1), grads.unsqueeze(1))
    else:
        output_grad[torch.arange(len(actions), device=outputs.device), actions] = grads
    return losses.mean(), output_grad
