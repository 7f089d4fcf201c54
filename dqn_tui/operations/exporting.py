"""Writes a policy's network in a format of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.operations.extras import needs_extra

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.dqn.network import QNetwork
    from dqn_tui.runs.checkpoint import Checkpoint


def export_policy(to: str, network: QNetwork, config: Config, checkpoint: Checkpoint, out: Path) -> None:
    """Write the network of a checkpoint to `out`, in one of `exports.targets.POLICY_TARGETS`.

    Raises:
        UsageError: `out` exists or cannot be written, or a package is not installed.
    """
    from dqn_tui.exports.targets import POLICY_TARGETS

    target = POLICY_TARGETS[to]
    with needs_extra(f"export to {to}", target.extra):
        write = target.load()
    write(network, config, checkpoint, out)
