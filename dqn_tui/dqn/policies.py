"""Policies for the next states, whose values make up the targets."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor


class NextPolicy(Protocol):
    """A policy in the next states, from which their values follow."""

    def average(self, values: Tensor) -> Tensor:
        """Return the policy's value, [B] or [B, N], from the actions' values [B, A] or [B, A, N]."""

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """Merge the actions' distributions [B, A, N] on `support` [N]; return atoms and probabilities."""


class GreedyPolicy(NamedTuple):
    """One action in each state, int64 [B]."""

    actions: Tensor

    def average(self, values: Tensor) -> Tensor:
        """Return the values of the chosen actions."""
        return pick(values, self.actions)

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distributions of the chosen actions, [B, N] each."""
        chosen = pick(probabilities, self.actions)
        return support.expand_as(chosen), chosen


class SoftPolicy(NamedTuple):
    """Probabilities of the actions, and their entropy bonus -tau log pi; both float32 [B, A]."""

    probabilities: Tensor
    bonus: Tensor

    def average(self, values: Tensor) -> Tensor:
        """Return the mean of value plus bonus over the actions."""
        if values.ndim == 2:
            return (self.probabilities * (values + self.bonus)).sum(1)
        return (self.probabilities.unsqueeze(2) * (values + self.bonus.unsqueeze(2))).sum(1)

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """Return all actions' distributions, shifted by their bonus and weighted, [B, A * N] each."""
        atoms = support + self.bonus.unsqueeze(2)
        return atoms.flatten(1), (self.probabilities.unsqueeze(2) * probabilities).flatten(1)


def make_greedy_policy(q_values: Tensor, masks: Tensor | None) -> GreedyPolicy:
    """Return the policy that takes the allowed action with the highest Q-value; `masks` bool [B, A] or None."""
    if masks is not None:
        q_values = q_values.masked_fill(~masks, -torch.inf)
    return GreedyPolicy(q_values.argmax(1))


def make_soft_policy(q_values: Tensor, tau: float, masks: Tensor | None) -> SoftPolicy:
    """Return the policy softmax(Q / tau) over the allowed actions (Vieillard et al. 2020, section 3)."""
    scaled = q_values / tau
    if masks is not None:
        scaled = scaled.masked_fill(~masks, -torch.inf)
    log_probabilities = scaled.log_softmax(1)
    # A forbidden action has log pi = -inf; clamped, it adds 0 to every mean.
    return SoftPolicy(log_probabilities.exp(), log_probabilities.clamp(min=torch.finfo(torch.float32).min) * -tau)


def munchausen_rewards(policy: SoftPolicy, actions: Tensor, alpha: float, lowest: float) -> Tensor:
    """Return alpha times the log-policy of the actions taken, [B], at least `lowest` (Vieillard et al. 2020, eq. 2)."""
    return alpha * (-pick(policy.bonus, actions)).clamp(lowest, 0.0)


def pick(values: Tensor, actions: Tensor) -> Tensor:
    """Select the actions [B] from values [B, A] or [B, A, N]; return [B] or [B, N]."""
    if values.ndim == 2:
        return values.gather(1, actions.unsqueeze(1)).squeeze(1)
    return values[torch.arange(len(actions), device=values.device), actions]
