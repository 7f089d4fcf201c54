"""What a checkpoint's arrays must be like, and a policy made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from dqn_tui.config import Config
from dqn_tui.dqn.agent import load_arrays, weights_sha256
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.sizes import FLOAT_BYTES, count_parameters
from dqn_tui.envs.make import Environment
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.arrays import LARGEST_HEADER_BYTES, Arrays
from dqn_tui.runs.checkpoint import Checkpoint, read_arrays


def load_policy(checkpoint: Checkpoint, config: Config) -> QNetwork:
    """The online network of a checkpoint, on the CPU.

    Raises:
        CheckpointError: the arrays are damaged or do not fit the configuration.
    """
    parameters = count_parameters(checkpoint.observation_size, config.net_arch, checkpoint.action_count)
    arrays = read_arrays(checkpoint, "online", FLOAT_BYTES * parameters + LARGEST_HEADER_BYTES)
    if sum(array.size for array in arrays.values()) != parameters:
        raise CheckpointError(f"{checkpoint.path} does not fit its configuration: expected {parameters:,} parameters")
    network = QNetwork(checkpoint.observation_size, checkpoint.action_count, config.net_arch)
    try:
        load_arrays(network, arrays)
    except ValueError as error:
        raise CheckpointError(f"{checkpoint.path} does not fit its configuration: {error}") from None
    if weights_sha256(network) != checkpoint.weights_sha256:
        raise CheckpointError(f"{checkpoint.path} is damaged: its weights_sha256 is not the manifest's")
    return network


def check_fit(checkpoint: Checkpoint, environment: Environment) -> None:
    """See that a policy can act in an environment.

    Raises:
        CheckpointError: observations or actions are of another number.
    """
    found = (checkpoint.observation_size, checkpoint.action_count)
    expected = (environment.observation_size, environment.action_count)
    if found != expected:
        raise CheckpointError(
            f"{checkpoint.path} does not fit its environment: observations and actions are {found}, expected {expected}"
        )


def check_arrays(path: Path, found: Mapping[str, Arrays], fresh: Mapping[str, Arrays], action_count: int) -> None:
    """See that the arrays of the checkpoint at `path` are of the kinds and shapes that a new run's `fresh` ones have.

    Where a fresh array has the length 0, the found one may have any, the same for all such arrays of its group.

    Raises:
        CheckpointError: they are not; the message names the file.
    """
    inner_shapes = {(), fresh["episode"]["observation"].shape}
    for group, expected in fresh.items():
        problem = _find_misfit(found[group], expected, inner_shapes)
        actions = found[group].get("actions", np.zeros(0))
        if problem is None and np.any((actions < 0) | (actions >= action_count)):
            problem = f"actions must be in [0, {action_count})"
        if problem is not None:
            raise CheckpointError(f"{path / f'{group}.safetensors'} does not fit this run: {problem}")


def _find_misfit(found: Arrays, expected: Arrays, inner_shapes: Collection[tuple[int, ...]]) -> str | None:
    if found.keys() != expected.keys():
        return f"its arrays are {sorted(found)}, expected {sorted(expected)}"
    for name, array in found.items():
        model = expected[name]
        fits = (
            array.shape[1:] in inner_shapes
            if model.shape == (0,)
            else array.shape[1:] == model.shape[1:] and (array.shape == model.shape or model.shape[:1] == (0,))
        )
        if array.dtype != model.dtype or array.ndim < min(model.ndim, 1) or not fits:
            return f"{name} is {array.dtype} {list(array.shape)}, expected {model.dtype} {list(model.shape)}"
    lengths = {len(array) for name, array in found.items() if expected[name].shape[:1] == (0,)}
    return f"its arrays have the lengths {sorted(lengths)}" if len(lengths) > 1 else None
