"""The formats that runs can be exported to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from dqn_tui.exports.source import Source


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


TARGETS = {
    "tensorboard": Target("tensorboard_folder", "tensorboard"),
    "csv": Target("csv_table"),
    "parquet": Target("parquet_table", "parquet"),
    "jsonl": Target("jsonl_table"),
    "wandb": Target("wandb_runs", "wandb"),
}
