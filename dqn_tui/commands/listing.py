"""`dqn-tui runs` and `dqn-tui envs`: what there is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.settings import preset_names, read_preset
from dqn_tui.view.text import number, plain

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder


def list_runs(runs_dir: Path, *, as_json: bool) -> int:
    """Print the runs in `runs_dir`, newest first; returns the exit code."""
    from dqn_tui.runs.folder import find_run_folders

    runs = [_describe_run(folder) for folder in find_run_folders(runs_dir)]
    if as_json:
        _write(json.dumps(runs))
    elif not runs:
        _write(f"no runs in {plain(runs_dir)}; `dqn-tui` trains one")
    else:
        columns = ("run", "env", "seed", "state", "step", "best_eval_mean")
        _print_table(columns, [[_cell(run[column]) for column in columns] for run in runs])
    return 0


def list_environments(*, as_json: bool) -> int:
    """Print the presets, and the families of environments with how to install them; returns the exit code."""
    from dqn_tui.envs.catalog import FAMILIES

    presets = {name: str(read_preset(name).get("env", "any")) for name in preset_names()}
    families = [
        {
            "family": family.title,
            "environments": list(family.environments),
            "is_installed": family.is_installed,
            "install": family.install_command,
        }
        for family in FAMILIES
    ]
    if as_json:
        _write(json.dumps({"presets": presets, "families": families}))
        return 0
    _print_table(("preset", "env"), [[name, env] for name, env in presets.items()])
    _write("")
    rows = [
        [family.title, "yes" if family.is_installed else family.install_command, ", ".join(family.environments)]
        for family in FAMILIES
    ]
    _print_table(("family", "installed", "environments"), rows)
    _write("\nAll of it: pip install 'dqn-tui[all]'")
    _write("Any other Gymnasium environment with discrete actions: --import PACKAGE --env ID")
    return 0


def _describe_run(folder: RunFolder) -> dict[str, Any]:
    """What the journal's ends say: who it was, and how it ended or where it stands."""
    from dqn_tui import events
    from dqn_tui.runs.journal import read_journal, read_last_event

    first = next(iter(read_journal(folder.events)), None)
    last = read_last_event(folder.events)
    started = first if isinstance(first, events.RunStarted) else None
    return {
        "run": str(folder.path),
        "env": started and started.env,
        "seed": started and started.seed,
        "state": _state(last),
        "step": last.step if last else 0,
        "best_eval_mean": last.best_eval_mean if isinstance(last, events.RunEnded) else None,
    }


def _state(last: object) -> str:
    from dqn_tui import events

    if isinstance(last, events.RunEnded):
        return last.reason
    return "failed" if isinstance(last, events.RunFailed) else "open"


def _cell(value: Any) -> str:
    if isinstance(value, float) or value is None:
        return number(value)
    return f"{value:,}" if isinstance(value, int) else plain(value)


def _print_table(columns: tuple[str, ...], rows: list[list[str]]) -> None:
    """Columns as wide as their longest cell, in plain text that `grep` and `awk` can read."""
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    for row in [[name.replace("_", " ") for name in columns], *rows]:
        _write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
