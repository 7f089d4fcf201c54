"""What the Q-values are pulled towards, and how hard."""

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
    if next_q_online is None:
        next_values = next_q_target.amax(dim=1)
    else:
        next_actions = next_q_online.argmax(dim=1, keepdim=True)
        next_values = next_q_target.gather(1, next_actions).squeeze(1)
    return torch.addcmul(rewards, discounts, next_values)


def huber_loss(q_selected: Tensor, td_target: Tensor) -> tuple[Tensor, Tensor]:
    """Mean Huber loss (Huber 1964) of the TD errors, and its gradient by `q_selected` [B].

    The gradient is the error clipped to ±1: the "error clipping" of Mnih et al. 2015.
    """
    error = q_selected - td_target
    size = error.abs()
    linear = size.clamp(max=1.0)
    loss = (linear * (size - 0.5 * linear)).mean()
    return loss, error.clamp_(-1.0, 1.0).div_(len(error))
