"""A policy outside of its trainer: copied, saved in a checkpoint, or sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.agent import load_arrays, to_arrays, weights_sha256
from dqn_tui.dqn.architecture import count_parameters, count_statistics
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.sizes import estimate_saved_bytes
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.arrays import LARGEST_HEADER_BYTES, decode_arrays, encode_arrays
from dqn_tui.runs.checkpoint import Checkpoint, read_arrays
from dqn_tui.spaces import Spaces

LIVE, SAVED = "live", "saved"


class Policy(NamedTuple):
    """A network that nothing else changes, the step of its weights, and where they are from: `LIVE` or `SAVED`."""

    network: QNetwork
    step: int
    origin: str = LIVE

    @property
    def label(self) -> str:
        """The policy in a few words."""
        return f"{self.origin} @ step {self.step:,}"


def load_policy(checkpoint: Checkpoint, config: Config) -> Policy:
    """Return the policy of a checkpoint, on the CPU.

    Raises:
        CheckpointError: the arrays are damaged or do not fit the configuration.
    """
    largest = estimate_saved_bytes(config, checkpoint.spaces) + LARGEST_HEADER_BYTES
    arrays = read_arrays(checkpoint, "online", largest)
    network = _build_network(config, checkpoint.spaces, arrays, checkpoint.path)
    if weights_sha256(network) != checkpoint.weights_sha256:
        raise CheckpointError(f"{checkpoint.path} is damaged: its weights_sha256 is not the manifest's")
    return Policy(network, checkpoint.step, SAVED)


def encode_network(network: QNetwork) -> bytes:
    """Return the network's parameters in the safetensors format."""
    return b"".join(encode_arrays(to_arrays(network.state_dict())))


def decode_network(content: bytes, config: Config, spaces: Spaces, source: Path) -> QNetwork:
    """Return the network that `encode_network` wrote, on the CPU; `source` names its origin in errors.

    Raises:
        CheckpointError: the content is damaged, or does not fit the configuration.
    """
    return _build_network(config, spaces, decode_arrays(source, content), source)


def _build_network(config: Config, spaces: Spaces, arrays: Mapping[str, NDArray[Any]], source: Path) -> QNetwork:
    numbers = count_parameters(config, spaces) + count_statistics(config, spaces)
    if sum(array.size for array in arrays.values()) != numbers:
        raise CheckpointError(f"{source} does not fit its configuration: expected {numbers:,} numbers")
    network = QNetwork(config, spaces)
    try:
        load_arrays(network, arrays)
    except ValueError as error:
        raise CheckpointError(f"{source} does not fit its configuration: {error}") from None
    return network
