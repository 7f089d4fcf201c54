"""A policy's network as TorchScript."""

from __future__ import annotations

from pathlib import Path

import torch

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.exports.destination import new_file
from dqn_tui.exports.policy_module import PolicyModule, make_examples, quiet_tracing
from dqn_tui.runs.checkpoint import Checkpoint


def write_network(network: QNetwork, config: Config, checkpoint: Checkpoint, out: Path) -> None:
    """Write the network.

    Raises:
        UsageError: `out` exists or cannot be written.
    """
    with new_file(out) as path, quiet_tracing():
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            PolicyModule(network, config), make_examples(checkpoint.spaces), check_trace=False
        )
        traced.save(str(path))
