"""`dqn-tui runs`: lists the runs in a runs folder."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.commands.printed_table import print_table
from dqn_tui.commands.streams import print_json, print_text
from dqn_tui.config import Config
from dqn_tui.errors import UsageError
from dqn_tui.settings import resolve_settings
from dqn_tui.view.listed_run import settings_text
from dqn_tui.view.text import number, plain

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.notes import RunNotes
    from dqn_tui.runs.summaries import RunSummary

_COLUMNS = ("run", "env", "seed", "state", "step", "best eval", "preset", "settings")
_STYLES = {
    "running": "bold green",
    "completed": "green",
    "solved": "green",
    "interrupted": "yellow",
    "diverged": "red",
    "failed": "red",
    "unreadable": "red",
}


def list_runs(runs_dir: Path, *, as_json: bool) -> int:
    """Print the runs in `runs_dir`, newest first; return the exit code.

    Raises:
        UsageError: the folder cannot be read.
    """
    from dqn_tui.runs.folder import find_run_folders
    from dqn_tui.runs.summaries import read_run_summary

    runs = [_describe(read_run_summary(folder)) for folder in find_run_folders(runs_dir)]
    if as_json:
        print_json(runs)
    elif not runs:
        print_text(f"there are no runs in {plain(runs_dir)}; `dqn-tui` trains one")
    else:
        print_table(_COLUMNS, [_cells(run) for run in runs], styles=_STYLES)
    return 0


def _describe(summary: RunSummary) -> dict[str, Any]:
    """Return the run as `--json` prints it; `settings` are those that differ from its preset."""
    started, best = summary.started, summary.best
    notes, problem = read_notes_or_problem(summary.folder)
    return {
        "run": str(summary.folder.path),
        "env": started.env if started else None,
        "seed": started.seed if started else None,
        "state": summary.state.value,
        "step": summary.step,
        "best_eval_mean": best.mean if best else None,
        "best_eval_step": best.step if best else None,
        "preset": summary.preset,
        "settings": summary.differing_settings(preset_settings(summary)),
        "tags": list(notes.tags),
        "note": notes.note or None,
        "problem": summary.problem or problem,
    }


def preset_settings(summary: RunSummary) -> Mapping[str, Any]:
    """Return all settings as the run's preset has them, as JSON holds them; the defaults where it has none."""
    return _resolve_preset(summary.preset, summary.started.env if summary.started is not None else None)


def read_notes_or_problem(folder: RunFolder) -> tuple[RunNotes, str | None]:
    """Return the tags and the note of a run, or empty ones and why they cannot be read."""
    from dqn_tui.runs.notes import RunNotes, read_notes

    try:
        return read_notes(folder), None
    except UsageError as error:
        return RunNotes(), str(error)


@cache
def _resolve_preset(preset: str | None, env: str | None) -> Mapping[str, Any]:
    config = Config()
    if preset is not None and env is not None:
        with suppress(UsageError):
            config = resolve_settings(preset=preset, variables={}, flags={"env": env}).config
    return config.model_dump(mode="json")


def _cells(run: Mapping[str, Any]) -> list[str]:
    changes = settings_text(run["settings"])
    return [
        run["run"],
        _text(run["env"]),
        _text(run["seed"]),
        run["state"],
        f"{run['step']:,}",
        number(run["best_eval_mean"]),
        _text(run["preset"]),
        run["problem"] or changes or "-",
    ]


def _text(value: object) -> str:
    return "-" if value is None else str(value)
