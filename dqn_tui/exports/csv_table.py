"""Runs as a CSV file: the table of `exports.table` under a line of column names."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from dqn_tui.exports.destination import new_file
from dqn_tui.exports.source import Source
from dqn_tui.exports.table import Table


def write(sources: Sequence[Source], out: Path) -> None:
    """Write the table; an empty cell is a setting without a value, and numbers that are not finite are nan and inf.

    Raises:
        UsageError: A run cannot be read, or `out` exists or cannot be written.
    """
    table = Table(sources)
    with new_file(out) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(table.rows())
