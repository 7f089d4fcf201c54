"""Which action is taken, and which next actions a target is made of."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor


class NextPolicy(Protocol):
    """What acts in the next states, so that their value can be told."""

    def average(self, values: Tensor) -> Tensor:
        """Values [B, A] or [B, A, N] of each action as the policy's own: [B] or [B, N]."""

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """The distributions [B, A, N] of each action on `support` [N] as one: its atoms, their probabilities."""


class GreedyPolicy(NamedTuple):
    """One action for each state, int64 [B]."""

    actions: Tensor

    def average(self, values: Tensor) -> Tensor:
        """The chosen actions' values."""
        return pick(values, self.actions)

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """The chosen actions' distributions, [B, N] each."""
        chosen = pick(probabilities, self.actions)
        return support.expand_as(chosen), chosen


class SoftPolicy(NamedTuple):
    """Probabilities of the actions, and what each one's unlikeliness is worth: -tau log pi; both float32 [B, A]."""

    probabilities: Tensor
    bonus: Tensor

    def average(self, values: Tensor) -> Tensor:
        """The mean over actions of value and bonus."""
        if values.ndim == 2:
            return (self.probabilities * (values + self.bonus)).sum(1)
        return (self.probabilities.unsqueeze(2) * (values + self.bonus.unsqueeze(2))).sum(1)

    def mix(self, support: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
        """All actions' distributions, shifted by their bonus and weighted, [B, A * N] each."""
        atoms = support + self.bonus.unsqueeze(2)
        return atoms.flatten(1), (self.probabilities.unsqueeze(2) * probabilities).flatten(1)


def make_greedy_policy(q_values: Tensor, masks: Tensor | None) -> GreedyPolicy:
    """Return the policy that takes the allowed action with the highest Q-value; `masks` bool [B, A] or None."""
    if masks is not None:
        q_values = q_values.masked_fill(~masks, -torch.inf)
    return GreedyPolicy(q_values.argmax(1))


def make_soft_policy(q_values: Tensor, tau: float, masks: Tensor | None) -> SoftPolicy:
    """softmax(Q / tau) over the allowed actions (Vieillard et al. 2020, section 3)."""
    scaled = q_values / tau
    if masks is not None:
        scaled = scaled.masked_fill(~masks, -torch.inf)
    log_probabilities = scaled.log_softmax(1)
    # an action that is not allowed has log pi = -inf and no share in any mean
    return SoftPolicy(log_probabilities.exp(), log_probabilities.clamp(min=torch.finfo(torch.float32).min) * -tau)


def munchausen_rewards(policy: SoftPolicy, actions: Tensor, alpha: float, lowest: float) -> Tensor:
    """alpha times the log-policy of the actions taken, [B], cut off at `lowest` (Vieillard et al. 2020, equation 2)."""
    return alpha * (-pick(policy.bonus, actions)).clamp(lowest, 0.0)


def pick(values: Tensor, actions: Tensor) -> Tensor:
    """Of values [B, A] or [B, A, N], those of the actions [B]: [B] or [B, N]."""
    if values.ndim == 2:
        return values.gather(1, actions.unsqueeze(1)).squeeze(1)
    return values[torch.arange(len(actions), device=values.device), actions]
