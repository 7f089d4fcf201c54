"""What reads images: convolutions from [B, C, H, W] to features [B, F]."""

from __future__ import annotations

from torch import Tensor, nn

from dqn_tui.dqn.architecture import IMPALA, PLAIN_ENCODERS, EncoderName
from dqn_tui.spaces import Spaces


class Scale(nn.Module):
    """Integers as float32 in [0, 1]: the one place where images are scaled."""

    def __init__(self, largest_value: float) -> None:
        super().__init__()
        self._factor = 1 / largest_value

    def forward(self, images: Tensor) -> Tensor:
        """Of any shape."""
        return images.float() * self._factor


class Residual(nn.Module):
    """Two 3x3 convolutions whose output is added to their input (Espeholt et al. 2018, figure 3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.layers = nn.Sequential(nn.ReLU(), first, nn.ReLU(), second)

    def forward(self, features: Tensor) -> Tensor:
        """[B, C, H, W], as it comes."""
        return features + self.layers(features)  # type: ignore[no-any-return]


def make_encoder(name: EncoderName, spaces: Spaces) -> nn.Module:
    """The encoder of that name; for vectors, one that does nothing."""
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
    """Three times a convolution, pooling, and two residual blocks."""
    layers: list[nn.Module] = []
    for outputs in IMPALA:
        layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.MaxPool2d(3, 2, padding=1)]
        layers += [Residual(outputs), Residual(outputs)]
        channels = outputs
    return [*layers, nn.ReLU()]
