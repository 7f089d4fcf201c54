"""A policy's network as others run it: encoded observations in, Q-values and greedy actions out."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dqn_tui.config import Config
from dqn_tui.dqn.encoders import JointEncoder
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.packed import unpack
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.spaces import Spaces

OUTPUTS = ("q_values", "action")
OBSERVATION = "observation"
"""Name of the input where there is only one."""
_EXAMPLES = 2


class PolicyModule(nn.Module):
    """The network on the CPU, without noise; packed observations come as one input for each of their parts.

    Args:
        network: any network; it is copied.
        config: its configuration.
    """

    def __init__(self, network: QNetwork, config: Config) -> None:
        super().__init__()
        self._network = network.copy_to_cpu().eval().requires_grad_(False)
        self._rewards = RewardTransform(config)

    def forward(self, *arrays: Tensor) -> tuple[Tensor, Tensor]:
        """Return Q-values [B, A] in the environment's reward units, and the greedy actions int64 [B]."""
        encoder = self._network.encoder
        features = encoder.encode(arrays) if isinstance(encoder, JointEncoder) else encoder(*arrays)
        learned = self._network.distribution.q_values(self._network.value_features(features))
        q_values = self._rewards.original(learned)
        return q_values, q_values.argmax(1)


def name_inputs(spaces: Spaces) -> list[str]:
    """Return a name for each input: those of the observation's entries, or `observation`."""
    if not spaces.parts:
        return [OBSERVATION]
    names: list[str] = []
    for part in spaces.inputs:
        name = re.sub(r"\W+", "_", part.name, flags=re.ASCII).strip("_") or OBSERVATION
        names.append(name if name not in names else f"{name}_{len(names)}")
    return names


def split_inputs(observations: NDArray[np.generic], spaces: Spaces) -> dict[str, NDArray[np.generic]]:
    """Return encoded observations [B, *shape] as the inputs of an exported network, by name."""
    arrays = (array for _, array in unpack(spaces, observations))
    return dict(zip(name_inputs(spaces), arrays, strict=True))


def make_examples(spaces: Spaces) -> tuple[Tensor, ...]:
    """Return zeros of the shape and type of each input, for tracing."""
    return tuple(
        torch.zeros(_EXAMPLES, *part.shape, dtype=torch.uint8 if part.dtype == "uint8" else torch.float32)
        for part in spaces.inputs
    )


@contextmanager
def quiet_tracing() -> Iterator[None]:
    """Silence torch's advice against tracing: what is traced here has no branch that depends on its input."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield


def describe_axes(spaces: Spaces) -> dict[str, dict[int, str]]:
    """Return the axes that may have any length: the first one of all inputs and outputs."""
    names: Sequence[str] = [*name_inputs(spaces), *OUTPUTS]
    return {name: {0: "batch"} for name in names}
