"""`dqn-tui compare`: several runs over each other, on a screen, as tables, or in files."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.commands.printed_table import print_table
from dqn_tui.commands.show_screen import show_screen
from dqn_tui.commands.streams import STDERR, STDIN, STDOUT, own_descriptor, print_json, print_text, say
from dqn_tui.config import Config
from dqn_tui.errors import UsageError
from dqn_tui.key_names import suggest_keys
from dqn_tui.operations.target import resolve_run
from dqn_tui.view.comparison import ALL_BUT_SEED, Comparison
from dqn_tui.view.comparison_report import (
    Table,
    curve_rows,
    groups_table,
    nothing_to_compare,
    report,
    scores_table,
    settings_table,
)
from dqn_tui.view.x_unit import XUnit

if TYPE_CHECKING:
    from dqn_tui.ui.compare.compare_screen import CompareScreen

_STYLES = {"done": "green", "running": "bold green", "interrupted": "yellow", "failed": "red", "diverged": "red"}


@dataclass(frozen=True)
class CompareOptions:
    """How the comparison is shown.

    Attributes:
        by: setting that the runs are grouped by; None: not at all.
        axis: what x counts.
        seed: seed of the bootstrap.
        marker: braille, block or ascii.
        should_print_json: whether it is printed as JSON.
        csv: file for the curves.
        plot: file for the picture.
    """

    by: str | None = None
    axis: XUnit = XUnit.STEP
    seed: int = 0
    marker: str = "auto"
    should_print_json: bool = False
    csv: Path | None = None
    plot: Path | None = None


def compare_runs(targets: Sequence[str], runs_dir: Path, options: CompareOptions) -> int:
    """Show the runs that the targets name over each other; return the exit code.

    Raises:
        UsageError: a target is no run, the setting is unknown, or a file cannot be written.
    """
    folders = find_runs(targets, runs_dir)
    _check_key(options.by)
    if options.should_print_json or options.csv or options.plot or not _has_terminal():
        return _print(folders, options)
    return show_screen(make_compare_screen(folders, options))


def find_runs(targets: Sequence[str], runs_dir: Path) -> list[Path]:
    """Return the folders that the targets name, each once: `latest`, run folders, and patterns such as `runs/*s1*`.

    Raises:
        UsageError: a pattern matches nothing, or there is no newest run.
    """
    found: dict[str, Path] = {}
    for target in targets:
        for path in _expand(target, runs_dir):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _expand(target: str, runs_dir: Path) -> list[Path]:
    if not glob.has_magic(target) or os.path.lexists(target):
        return [resolve_run(target, runs_dir)]
    # A pattern is about runs; other things beside them are not meant.
    matched = [Path(path) for path in sorted(glob.glob(target)) if os.path.lexists(os.path.join(path, "events.jsonl"))]
    if not matched:
        raise UsageError(f"no run matches {target!r}")
    return matched


def _check_key(by: str | None) -> None:
    if by is not None and by != ALL_BUT_SEED and by not in Config.model_fields:
        raise UsageError(
            f"--by must be a setting, or {ALL_BUT_SEED!r} for all but the seed, got {by!r}"
            f"{suggest_keys(by, Config.model_fields)}"
        )


def _has_terminal() -> bool:
    streams = (STDIN, own_descriptor(STDOUT), own_descriptor(STDERR))
    return os.environ.get("TERM") != "dumb" and all(map(os.isatty, streams))


# --- without a screen ---


def _print(folders: Sequence[Path], options: CompareOptions) -> int:
    comparison = read_comparison(folders)
    if options.csv:
        _write_csv(comparison, options.csv)
    if options.plot:
        _write_plot(comparison, options, options.plot)
    if options.should_print_json:
        print_json(report(comparison, options.by, seed=options.seed))
    elif not (options.csv or options.plot):
        _print_tables(comparison, options)
    return 0


def read_comparison(folders: Sequence[Path]) -> Comparison:
    """Return the comparison of all that the journals hold now.

    Raises:
        UsageError: a folder is no run, or its journal cannot be read.
    """
    from dqn_tui.runs.journal_reader import JournalReader

    reader = JournalReader(folders)
    comparison = Comparison(reader.paths)
    comparison.apply_all(reader.read_all())
    for run in comparison.runs:
        if run.problem is not None:
            raise UsageError(f"run {run.path} cannot be read: {run.problem}")
    return comparison


def _print_tables(comparison: Comparison, options: CompareOptions) -> None:
    tables = [settings_table(comparison, has_paths=True), scores_table(comparison)]
    if options.by is not None:
        tables.append(groups_table(comparison, options.by, seed=options.seed))
    for number, table in enumerate(tables):
        print_text(f"\n{table.title}" if number else table.title)
        _print_table(table)
    if sentence := nothing_to_compare(comparison):
        say(sentence)


def _print_table(table: Table) -> None:
    columns = [name or "id" for name in table.columns]
    print_table(columns, [[cell or "-" for cell in row] for row in table.rows], styles=_STYLES)


def _write_csv(comparison: Comparison, path: Path) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            csv.writer(file).writerows(curve_rows(comparison))
    except OSError as error:
        raise UsageError(f"--csv {path} cannot be written: {error.strerror or error}") from None


def _write_plot(comparison: Comparison, options: CompareOptions, path: Path) -> None:
    from dqn_tui.exports.comparison_plot import write_plot

    write_plot(comparison, path, by=options.by, axis=options.axis, seed=options.seed)


# --- on the screen ---


def make_compare_screen(folders: Sequence[Path], options: CompareOptions | None = None) -> CompareScreen:
    """Return the screen of these runs, for an application to show first or to push onto others.

    Raises:
        UsageError: a folder is no run, or its journal cannot be read.
    """
    from dqn_tui.runs.journal_reader import JournalReader
    from dqn_tui.ui.compare.compare_screen import CompareScreen

    chosen = options or CompareOptions()
    return CompareScreen(JournalReader(folders), by=chosen.by, axis=chosen.axis, seed=chosen.seed, marker=chosen.marker)
