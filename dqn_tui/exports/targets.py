"""The formats that runs, and their policies, can be exported to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dqn_tui.exports.source import Source

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.dqn.network import QNetwork
    from dqn_tui.runs.checkpoint import Checkpoint

    WriteNetwork = Callable[[QNetwork, Config, Checkpoint, Path], None]


class Target(NamedTuple):
    """A format: the module that writes it, and the extra that installs what the module needs, if any."""

    module: str
    extra: str | None = None

    def load(self) -> Callable[[Sequence[Source], Path], None]:
        """Return the function that writes runs to a path.

        Raises:
            ImportError: The extra is not installed.
        """
        writer: Callable[[Sequence[Source], Path], None] = import_module(f"dqn_tui.exports.{self.module}").write
        return writer


class PolicyTarget(NamedTuple):
    """A format of a policy's network; the rest as for `Target`."""

    module: str
    extra: str | None = None

    def load(self) -> WriteNetwork:
        """Return the function that writes the network of a checkpoint to a path.

        Raises:
            ImportError: The extra is not installed.
        """
        writer: WriteNetwork = import_module(f"dqn_tui.exports.{self.module}").write_network
        return writer


TARGETS = {
    "tensorboard": Target("tensorboard_folder", "tensorboard"),
    "csv": Target("csv_table"),
    "parquet": Target("parquet_table", "parquet"),
    "jsonl": Target("jsonl_table"),
    "wandb": Target("wandb_runs", "wandb"),
}
POLICY_TARGETS = {
    "onnx": PolicyTarget("policy_onnx", "onnx"),
    "torchscript": PolicyTarget("policy_torchscript"),
}
