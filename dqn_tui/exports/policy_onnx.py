"""A policy's network as ONNX."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.exports.destination import new_file
from dqn_tui.exports.policy_module import (
    OUTPUTS,
    PolicyModule,
    describe_axes,
    make_examples,
    name_inputs,
    quiet_tracing,
)
from dqn_tui.runs.checkpoint import Checkpoint

OPSET = 17


def write_network(network: QNetwork, config: Config, checkpoint: Checkpoint, out: Path) -> None:
    """Write the network, and where it is from as metadata.

    Raises:
        UsageError: `out` exists or cannot be written.
    """
    spaces = checkpoint.spaces
    with new_file(out) as path:
        with quiet_tracing():
            torch.onnx.export(
                PolicyModule(network, config),
                make_examples(spaces),
                str(path),
                input_names=name_inputs(spaces),
                output_names=list(OUTPUTS),
                dynamic_axes=describe_axes(spaces),
                opset_version=OPSET,
                # The other exporter needs a package more, and takes seconds.
                dynamo=False,
            )
        model = onnx.load(path)
        facts = {"env": config.env, "step": str(checkpoint.step), "weights_sha256": checkpoint.weights_sha256}
        onnx.helper.set_model_props(model, facts)
        onnx.checker.check_model(model)
        onnx.save(model, path)
