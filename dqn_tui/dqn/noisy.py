"""Noisy linear layers (Fortunato et al. 2018): exploration whose strength the network learns."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class NoisyLinear(nn.Module):
    """A linear layer whose weights are mean + sigma * noise, or just the mean in evaluation mode.

    The noise is factorised: one draw for each input and one for each output.

    Attributes:
        input_noise: float32 [in_features].
        output_noise: float32 [out_features].
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.in_features = in_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features))
        self.weight_sigma = nn.Parameter(torch.empty(out_features, in_features))
        self.bias_sigma = nn.Parameter(torch.empty(out_features))
        self.register_buffer("input_noise", torch.empty(in_features), persistent=False)
        self.register_buffer("output_noise", torch.empty(out_features), persistent=False)
        self.input_noise: Tensor
        self.output_noise: Tensor

    def set_sigma(self, noisy_std: float) -> None:
        """Set sigma to its initial value in the paper, `noisy_std` / sqrt(inputs)."""
        nn.init.constant_(self.weight_sigma, noisy_std / math.sqrt(self.in_features))
        nn.init.constant_(self.bias_sigma, noisy_std / math.sqrt(self.in_features))

    def redraw_noise(self, generator: torch.Generator) -> None:
        """Draw new noise from `generator`, which is on the CPU."""
        for noise in (self.input_noise, self.output_noise):
            draw = torch.randn(len(noise), generator=generator)
            noise.copy_(draw.sign() * draw.abs().sqrt())

    def forward(self, features: Tensor) -> Tensor:
        """Return outputs [B, out_features] for features [B, in_features]."""
        if not self.training:
            return nn.functional.linear(features, self.weight, self.bias)
        weight = self.weight + self.weight_sigma * torch.outer(self.output_noise, self.input_noise)
        return nn.functional.linear(features, weight, self.bias + self.bias_sigma * self.output_noise)
