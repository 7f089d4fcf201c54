"""Prints tables: framed on a terminal, and as aligned plain text that `grep` and `awk` read anywhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from dqn_tui.commands.streams import own_output, print_text
from dqn_tui.view.text import plain


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, styles: Mapping[str, str] | None = None
) -> None:
    """Print rows of cells under the names of their columns.

    Args:
        columns: names.
        rows: cells, as many as there are columns.
        styles: the Rich style of each cell that is exactly one of these words.

    Raises:
        OutputLostError: standard output takes nothing more.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    if own_output().isatty() and os.environ.get("TERM") != "dumb":
        _print_framed(columns, cells, styles or {})
    else:
        _print_plain(columns, cells)


def _print_plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns as wide as their longest cell, two spaces apart."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print_text("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _print_framed(columns: Sequence[str], rows: Sequence[Sequence[str]], styles: Mapping[str, str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dqn_tui.view.marker import detect_marker
    from dqn_tui.view.text import ASCII

    is_ascii = detect_marker(encoding=own_output().encoding) == ASCII
    table = Table(box=box.ASCII if is_ascii else box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for number, name in enumerate(columns):
        is_numeric = bool(rows) and all(_is_numeric(row[number]) for row in rows)
        # The first column is what people copy.
        table.add_column(Text(name), overflow="fold", no_wrap=number == 0, justify="right" if is_numeric else "left")
    for row in rows:
        table.add_row(*(Text(cell, style=styles.get(cell, "")) for cell in row))
    console = Console(file=own_output())
    with console.capture() as capture:
        console.print(table)
    print_text("\n".join(line.rstrip() for line in capture.get().splitlines()))


def _is_numeric(cell: str) -> bool:
    return cell == "-" or cell.replace(",", "").lstrip("-").replace(".", "", 1).isdigit()
