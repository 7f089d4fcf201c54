"""One state, seen closely: Q-values, the distribution of returns, where the network looks, its units."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.activations import record_activations
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.packed import unpack
from dqn_tui.dqn.saliency import saliency
from dqn_tui.spaces import Spaces
from dqn_tui.value_pictures import Q_VALUES, RETURNS, SALIENCY, UNITS, LayerUnits, ReturnDistribution

Floats = NDArray[np.float32]

_MOST_RECENT = 256


def find_details(network: QNetwork, config: Config, spaces: Spaces) -> tuple[str, ...]:
    """Return what can be shown of a state with this network."""
    has_hidden = bool(config.net_arch) or bool(spaces.images)
    found = {Q_VALUES: True, RETURNS: network.distribution.atoms > 1, SALIENCY: bool(spaces.images), UNITS: has_hidden}
    return tuple(detail for detail, is_there in found.items() if is_there)


def find_returns(network: QNetwork, observation: NDArray[Any]) -> ReturnDistribution | None:
    """Return the distribution of the return of each action; None for a network that knows only means."""
    described = network.return_distributions(observation[None])
    return None if described is None else ReturnDistribution(described[0][0], described[1][0])


def find_saliency(network: QNetwork, spaces: Spaces, observation: NDArray[Any]) -> tuple[Floats, Floats, float]:
    """Return the first image of an observation and its saliency, [H, W] each, and the seconds that took.

    The image is its newest frame in shades of grey, scaled to [0, 1].
    """
    started = perf_counter()
    part, images = next((part, array) for part, array in unpack(spaces, observation[None]) if part.is_image)
    image = images[0]
    found = saliency(lambda changed: network.q_values(_put_back(spaces, observation, changed)), image)
    seconds = perf_counter() - started
    return _to_grey(image[-(image.shape[0] // spaces.frames) :], part.largest_value), found, seconds


def _to_grey(frame: NDArray[Any], largest_value: float) -> Floats:
    """Return a frame [C, H, W] in [0, 1]: pixels by their mean, planes of ones and zeros each in a grey of its own."""
    weights = np.ones(len(frame)) if largest_value > 1 else np.linspace(0.3, 1.0, len(frame))
    grey = np.abs(np.tensordot(weights, frame.astype(np.float64), axes=1))
    low, high = (0.0, largest_value * weights.sum()) if largest_value > 1 else (grey.min(), grey.max())
    scaled: Floats = ((grey - low) / max(1e-9, high - low)).astype(np.float32)
    return scaled


def _put_back(spaces: Spaces, observation: NDArray[Any], images: NDArray[Any]) -> NDArray[Any]:
    """Return copies of an observation [B, *shape] with its first image replaced by images [B, C, H, W]."""
    if not spaces.parts:
        return images
    copies = np.repeat(observation[None], len(images), axis=0).reshape(len(images), spaces.frames, -1)
    content = np.ascontiguousarray(images).reshape(len(images), spaces.frames, -1).view(np.uint8)
    where = next(where for part, where in zip(spaces.parts, spaces.slices, strict=True) if part.is_image)
    copies[..., where] = content
    return copies.reshape(len(images), -1)


def find_units(network: QNetwork, observation: NDArray[Any], recent: NDArray[Any]) -> tuple[LayerUnits, ...]:
    """Return each hidden layer's activations at an observation, beside those at recent ones [N, *shape]."""
    chosen = recent[np.arange(min(len(recent), _MOST_RECENT)) * len(recent) // min(len(recent), _MOST_RECENT)]
    layers = record_activations(network, np.concatenate((observation[None], chosen)))
    return tuple(
        LayerUnits(layer.name, layer.values[0], layer.values[1:].mean(axis=0), (layer.values == 0).all(axis=0))
        for layer in layers
    )
