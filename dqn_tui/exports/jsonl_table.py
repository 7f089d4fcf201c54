"""Runs as a file of JSON lines: one object for each row of the table of `exports.table`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from dqn_tui.exports.destination import new_file
from dqn_tui.exports.source import Source
from dqn_tui.exports.table import Table


def write(sources: Sequence[Source], out: Path) -> None:
    """Write the table as strict JSON: a value that is not finite is null.

    Raises:
        UsageError: A run cannot be read, or `out` exists or cannot be written.
    """
    table = Table(sources)
    with new_file(out) as path, path.open("w", encoding="ascii", newline="\n") as file:
        for row in table.rows():
            cells = dict(zip(table.columns, map(_finite, row), strict=True))
            file.write(json.dumps(cells, allow_nan=False) + "\n")


def _finite(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
