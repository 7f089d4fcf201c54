"""The policy of a checkpoint."""

from __future__ import annotations

from dqn_tui.config import Config
from dqn_tui.dqn.agent import load_arrays, weights_sha256
from dqn_tui.dqn.architecture import count_parameters
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.sizes import FLOAT_BYTES
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.arrays import LARGEST_HEADER_BYTES
from dqn_tui.runs.checkpoint import Checkpoint, read_arrays


def load_policy(checkpoint: Checkpoint, config: Config) -> QNetwork:
    """Return the online network of a checkpoint, on the CPU.

    Raises:
        CheckpointError: the arrays are damaged or do not fit the configuration.
    """
    parameters = count_parameters(config, checkpoint.spaces)
    arrays = read_arrays(checkpoint, "online", FLOAT_BYTES * parameters + LARGEST_HEADER_BYTES)
    if sum(array.size for array in arrays.values()) != parameters:
        raise CheckpointError(f"{checkpoint.path} does not fit its configuration: expected {parameters:,} parameters")
    network = QNetwork(config, checkpoint.spaces)
    try:
        load_arrays(network, arrays)
    except ValueError as error:
        raise CheckpointError(f"{checkpoint.path} does not fit its configuration: {error}") from None
    if weights_sha256(network) != checkpoint.weights_sha256:
        raise CheckpointError(f"{checkpoint.path} is damaged: its weights_sha256 is not the manifest's")
    return network
