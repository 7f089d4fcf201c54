"""Convolutional encoders, from images [B, C, H, W] to features [B, F]."""

from __future__ import annotations

from torch import Tensor, nn

from dqn_tui.dqn.architecture import IMPALA, PLAIN_ENCODERS, EncoderName
from dqn_tui.spaces import Spaces


class Scale(nn.Module):
    """Scales integers to float32 in [0, 1]; images are scaled nowhere else."""

    def __init__(self, largest_value: float) -> None:
        super().__init__()
        self._factor = 1 / largest_value

    def forward(self, images: Tensor) -> Tensor:
        """Return the scaled images, of the same shape."""
        return images.float() * self._factor


class Residual(nn.Module):
    """A residual block of two 3x3 convolutions (Espeholt et al. 2018, figure 3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.layers = nn.Sequential(nn.ReLU(), first, nn.ReLU(), second)

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape, [B, C, H, W]."""
        return features + self.layers(features)  # type: ignore[no-any-return]


def make_encoder(name: EncoderName, spaces: Spaces) -> nn.Module:
    """Return the encoder of that name; for vectors, the identity."""
    if name == "none":
        return nn.Identity()
    channels = spaces.observation_shape[0]
    layers = _make_impala(channels) if name == "impala" else _make_plain(name, channels)
    return nn.Sequential(Scale(spaces.largest_value), *layers, nn.Flatten())


def _make_plain(name: EncoderName, channels: int) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for outputs, kernel, stride in PLAIN_ENCODERS[name]:
        layers += [nn.Conv2d(channels, outputs, kernel, stride), nn.ReLU()]
        channels = outputs
    return layers


def _make_impala(channels: int) -> list[nn.Module]:
    """Return three times a convolution, a pooling and two residual blocks."""
    layers: list[nn.Module] = []
    for outputs in IMPALA:
        layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.MaxPool2d(3, 2, padding=1)]
        layers += [Residual(outputs), Residual(outputs)]
        channels = outputs
    return [*layers, nn.ReLU()]
