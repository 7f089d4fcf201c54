"""Vectors with mean 0 and deviation 1, by a running mean and variance of all that was observed in training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LARGEST = 10.0
"""Normalized entries are clipped to [-10, 10], as in Stable-Baselines3's `VecNormalize`."""
SMALLEST_VARIANCE = 1e-8


class Normalizer(nn.Module):
    """Subtracts the mean and divides by the standard deviation; nothing changes them but `observe`.

    Attributes:
        count: observations so far, float64 [].
        mean: float64 [D].
        variance: population variance, float64 [D].
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("count", torch.empty((), dtype=torch.float64))
        self.register_buffer("mean", torch.empty(size, dtype=torch.float64))
        self.register_buffer("variance", torch.empty(size, dtype=torch.float64))
        self.count: Tensor
        self.mean: Tensor
        self.variance: Tensor

    def reset(self) -> None:
        """Forget all observations: until the first one, vectors stay as they are."""
        self.count.zero_()
        self.mean.zero_()
        self.variance.fill_(1.0)

    def observe(self, vectors: Tensor) -> None:
        """Take vectors [B, D] into account (Chan et al. 1979, the parallel update of mean and variance)."""
        batch = vectors.to(torch.float64)
        batch_mean, total = batch.mean(0), self.count + len(batch)
        difference = batch_mean - self.mean
        squares = self.variance * self.count + batch.var(0, correction=0) * len(batch)
        squares += difference.square() * (self.count * len(batch) / total)
        self.mean += difference * (len(batch) / total)
        self.variance.copy_(squares / total)
        self.count.copy_(total)

    def forward(self, vectors: Tensor) -> Tensor:
        """Return normalized vectors, float32 [B, D]."""
        centred = vectors - self.mean.to(torch.float32)
        scale = (self.variance + SMALLEST_VARIANCE).rsqrt().to(torch.float32)
        return (centred * scale).clamp(-LARGEST, LARGEST)

    def apply_to_array(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return `forward` of an array, on the CPU."""
        mean, variance = self.mean.numpy(), self.variance.numpy()
        scale = (1.0 / np.sqrt(variance + SMALLEST_VARIANCE)).astype(np.float32)
        normalized: NDArray[np.float32] = ((vectors - mean.astype(np.float32)) * scale).clip(-LARGEST, LARGEST)
        return normalized
