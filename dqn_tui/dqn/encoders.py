"""Encoders: from observations [B, *shape] to features [B, F] for the linear layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dqn_tui.dqn.architecture import IMPALA, PLAIN_ENCODERS, EncoderName
from dqn_tui.spaces import Part, Spaces


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


class Unpack(nn.Module):
    """Splits packed observations, uint8 [B, N], into their arrays [B, *part]; the frames of each are joined."""

    def __init__(self, spaces: Spaces) -> None:
        super().__init__()
        self._frames, self._parts = spaces.frames, list(zip(spaces.inputs, spaces.slices, strict=True))

    def forward(self, packed: Tensor) -> list[Tensor]:
        """Return the arrays, uint8 or float32, in the order of the parts."""
        arrays = []
        frames = packed.view(len(packed), self._frames, -1)
        for part, where in self._parts:
            # A copy, also of a single observation: floats must begin at a multiple of their size.
            content = frames[..., where].clone(memory_format=torch.contiguous_format)
            array = content if part.dtype == "uint8" else content.view(torch.float32)
            arrays.append(array.reshape(len(packed), *part.shape))
        return arrays


class JointEncoder(nn.Module):
    """Encodes each image of packed observations, and joins their features with the vector."""

    def __init__(self, images: Sequence[nn.Module], vector: nn.Module, spaces: Spaces) -> None:
        super().__init__()
        self.unpack = Unpack(spaces)
        self.images = nn.ModuleList(images)
        self.vector = vector

    def forward(self, packed: Tensor) -> Tensor:
        """Return features [B, F] of packed observations, uint8 [B, N]."""
        return self.encode(self.unpack(packed))

    def encode(self, arrays: Sequence[Tensor]) -> Tensor:
        """Return features [B, F] of unpacked observations."""
        encoders = [*self.images, self.vector]
        return torch.cat([encode(array) for encode, array in zip(encoders, arrays, strict=False)], dim=1)


def make_encoder(names: Sequence[EncoderName], spaces: Spaces, vector: nn.Module) -> nn.Module:
    """Return the encoder of whole observations: of an image, a vector, or packed ones.

    Args:
        names: the encoder of each image.
        spaces: the observations.
        vector: a module for the vector, which keeps its size.
    """
    images = [_make_image_encoder(name, image) for name, image in zip(names, spaces.images, strict=True)]
    if spaces.parts:
        return JointEncoder(images, vector, spaces)
    return images[0] if images else vector


def _make_image_encoder(name: EncoderName, image: Part) -> nn.Module:
    channels = image.shape[0]
    layers = _make_impala(channels) if name == "impala" else _make_plain(name, channels)
    return nn.Sequential(Scale(image.largest_value), *layers, nn.Flatten())


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
