"""Adam (Kingma and Ba 2015) on one flat vector."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim.adam import adam

BETAS = (0.9, 0.999)


class Adam:
    """Adam's state, and its step.

    torch's optimizer class manages many groups of many tensors; for one vector, that costs as much as the step itself.

    Attributes:
        moments: all that the next step depends on besides the gradients: "step" [], "exp_avg" and "exp_avg_sq" [P].

    Args:
        weights: float32 [P], updated in place.
        gradients: float32 [P], read at each step.
        epsilon: added to the root of the second moment.
    """

    def __init__(self, weights: Tensor, gradients: Tensor, epsilon: float) -> None:
        self._weights, self._gradients = weights, gradients
        self._epsilon = epsilon
        self.moments = {
            "step": torch.zeros((), dtype=torch.float32, device=weights.device),
            "exp_avg": torch.zeros_like(weights),
            "exp_avg_sq": torch.zeros_like(weights),
        }

    def step(self, learning_rate: float) -> None:
        """Update the weights by one step."""
        adam(
            [self._weights],
            [self._gradients],
            [self.moments["exp_avg"]],
            [self.moments["exp_avg_sq"]],
            [],
            [self.moments["step"]],
            fused=True,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=learning_rate,
            weight_decay=0.0,
            eps=self._epsilon,
            maximize=False,
        )
