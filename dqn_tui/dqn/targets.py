"""What the Q-values are pulled towards."""

from __future__ import annotations

import torch
from torch import Tensor


def td_targets(rewards: Tensor, discounts: Tensor, next_q_target: Tensor, next_q_online: Tensor | None) -> Tensor:
    """Bootstrapped targets [B], outside autograd.

    Args:
        rewards: n-step rewards, float32 [B].
        discounts: gamma ** n, 0 where the next observation was terminal, float32 [B].
        next_q_target: the target network's Q-values of the next observations, float32 [B, A].
        next_q_online: the online network's, float32 [B, A], for Double DQN (van Hasselt et al. 2016): it selects
            the action and the target network values it. None for DQN (Mnih et al. 2015): the target network does both.
    """
    selector = next_q_target if next_q_online is None else next_q_online
    next_actions = selector.argmax(dim=1, keepdim=True)
    next_values = next_q_target.gather(1, next_actions).squeeze(1)
    return torch.addcmul(rewards, discounts, next_values)
