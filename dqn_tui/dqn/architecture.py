"""The shape of the Q-network and its number of parameters; plain arithmetic, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from dqn_tui.config import Config
from dqn_tui.errors import SettingError
from dqn_tui.spaces import Part, Spaces

EncoderName = Literal["nature", "impala", "minatar", "grid", "flat"]
SMALLEST_PICTURE = 36


class Convolution(NamedTuple):
    """A convolution's output channels, kernel and stride; no padding."""

    outputs: int
    kernel: int
    stride: int


PLAIN_ENCODERS = {
    "nature": (Convolution(32, 8, 4), Convolution(64, 4, 2), Convolution(64, 3, 1)),
    "minatar": (Convolution(16, 3, 1),),
    "grid": (Convolution(16, 2, 1), Convolution(32, 2, 1), Convolution(64, 2, 1)),
    "flat": (),
}
"""The layers of Mnih et al. 2015, of Young and Tian 2019, and of Willems's rl-starter-files for MiniGrid without its
pooling, which would blur where things are; flat is none."""
IMPALA = (16, 32, 32)
"""Output channels of the three blocks in Espeholt et al. 2018."""


def choose_encoders(config: Config, spaces: Spaces) -> list[EncoderName]:
    """Return the encoder of each image of an observation, by name.

    `auto` is Nature's for pictures, MinAtar's for small boards, and flat for those that are too small for it.

    Raises:
        UsageError: an image is too small for the encoder.
    """
    return [_choose_encoder(config, image) for image in spaces.images]


def _choose_encoder(config: Config, image: Part) -> EncoderName:
    _, *lengths = image.shape
    automatic: EncoderName = "nature" if min(lengths) >= SMALLEST_PICTURE else "minatar"
    if min(_encoded_lengths(automatic, lengths)) < 1:
        automatic = "flat"
    name = automatic if config.encoder == "auto" else config.encoder
    if min(_encoded_lengths(name, lengths)) < 1:
        raise SettingError(
            f"encoder {name!r} needs larger images, got {lengths[0]}x{lengths[1]}; set encoder={automatic}", "encoder"
        )
    return name


def count_features(encoders: Sequence[EncoderName], spaces: Spaces) -> int:
    """Return F, the number of inputs of the first linear layer: the features of all images, and the vector."""
    pairs = zip(encoders, spaces.images, strict=True)
    return sum(_count_image_features(encoder, image) for encoder, image in pairs) + spaces.vector_size


def _count_image_features(encoder: EncoderName, image: Part) -> int:
    channels, *lengths = image.shape
    if encoder == "impala":
        channels = IMPALA[-1]
    elif PLAIN_ENCODERS[encoder]:
        channels = PLAIN_ENCODERS[encoder][-1].outputs
    height, width = _encoded_lengths(encoder, lengths)
    return channels * height * width


def count_outputs(config: Config, spaces: Spaces) -> tuple[int, int]:
    """Return the atoms of each action, and the outputs of all actions together."""
    atoms = 1 if config.distribution == "none" else config.atoms
    return atoms, atoms * spaces.action_count


def split_layers(sizes: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Split a dueling network's layer sizes [F, *net_arch] into the shared layers and those of each stream."""
    return sizes[:-1], sizes[-2:]


def count_parameters(config: Config, spaces: Spaces) -> int:
    """Return the number of weights and biases of the Q-network."""
    encoders = choose_encoders(config, spaces)
    sizes = [count_features(encoders, spaces), *config.net_arch]
    atoms, outputs = count_outputs(config, spaces)
    if config.dueling:
        shared, stream = split_layers(sizes)
        linear = _count_linear(shared) + _count_linear([*stream, outputs]) + _count_linear([*stream, atoms])
    else:
        linear = _count_linear([*sizes, outputs])
    convolutions = sum(_count_encoder(encoder, image) for encoder, image in zip(encoders, spaces.images, strict=True))
    return convolutions + linear * (2 if config.noisy else 1)


def count_statistics(config: Config, spaces: Spaces) -> int:
    """Return the number of running statistics of vectors: a count, and a mean and a variance of each entry."""
    return 2 * spaces.vector_size + 1 if config.normalize_observations else 0


def _encoded_lengths(encoder: EncoderName, lengths: Sequence[int]) -> list[int]:
    """Return height and width after the convolutions."""
    if encoder == "impala":
        for _ in IMPALA:
            lengths = [(length - 1) // 2 + 1 for length in lengths]
        return list(lengths)
    for _, kernel, stride in PLAIN_ENCODERS[encoder]:
        lengths = [(length - kernel) // stride + 1 for length in lengths]
    return list(lengths)


def _count_linear(sizes: Sequence[int]) -> int:
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))


def _count_encoder(encoder: EncoderName, image: Part) -> int:
    channels, total = image.shape[0], 0
    if encoder == "impala":
        for outputs in IMPALA:
            total += (9 * channels + 1) * outputs + 4 * (9 * outputs + 1) * outputs
            channels = outputs
        return total
    for outputs, kernel, _ in PLAIN_ENCODERS[encoder]:
        total += (kernel * kernel * channels + 1) * outputs
        channels = outputs
    return total
