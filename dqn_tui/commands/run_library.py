"""The runs of a runs folder, as the list of runs reads and changes them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Hashable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.commands.list_runs import preset_settings, read_notes_or_problem
from dqn_tui.view.text import clean, plain

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.summaries import RunSummary
    from dqn_tui.ui.run_list.library import FoundRun, Prunable
    from dqn_tui.view.listed_run import ListedRun
    from dqn_tui.view.return_curve import ReturnCurve

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)", re.ASCII)


class DiskLibrary:
    """A `RunLibrary` of the folder `runs_dir`; `place` is how the user names it."""

    def __init__(self, runs_dir: Path, place: str) -> None:
        self._runs_dir = runs_dir
        self.place = place

    def find(self, running: Collection[str]) -> Sequence[FoundRun]:
        """Return all runs, newest first."""
        from dqn_tui.runs.folder import find_run_folders
        from dqn_tui.ui.run_list.library import FoundRun

        folders = find_run_folders(self._runs_dir)
        return [FoundRun(_name_run(folder.path), _stamp(folder, str(folder.path) in running)) for folder in folders]

    def read(self, path: str) -> ListedRun:
        """Return a run, without curve and size."""
        from dqn_tui.runs.summaries import read_run_summary

        return _describe(read_run_summary(_folder(path)))

    def read_curve(self, path: str) -> ReturnCurve:
        """Return the mean return of a run over its steps."""
        from dqn_tui.runs.curve import read_return_curve
        from dqn_tui.view.return_curve import ReturnCurve

        return ReturnCurve(read_return_curve(_folder(path)))

    def measure(self, path: str) -> int:
        """Return the size of a run on the disk, in bytes."""
        from dqn_tui.runs.disk_size import measure_bytes

        return measure_bytes(Path(path))

    def write_notes(self, path: str, tags: Sequence[str], note: str) -> None:
        """Give a run tags and a note; damaged ones are not overwritten."""
        from dqn_tui.runs.notes import make_notes, read_notes, write_notes

        notes = make_notes([plain(tag) for tag in tags], plain(note))
        read_notes(_folder(path))
        write_notes(_folder(path), notes)

    def find_prunable(self, path: str) -> Prunable:
        """Return how many checkpoints `prune` would remove."""
        from dqn_tui.runs.disk_size import measure_bytes
        from dqn_tui.runs.removal import find_old_checkpoints
        from dqn_tui.ui.run_list.library import Prunable

        old = find_old_checkpoints(_folder(path))
        return Prunable(len(old), measure_bytes(*old))

    def prune(self, path: str) -> int:
        """Remove all checkpoints but the newest and the best; return their number."""
        from dqn_tui.runs.removal import remove_old_checkpoints

        return remove_old_checkpoints(_folder(path))

    def delete(self, path: str) -> None:
        """Remove a run folder with all that is in it."""
        from dqn_tui.runs.removal import delete_run

        delete_run(_folder(path))


def _folder(path: str) -> RunFolder:
    from dqn_tui.runs.folder import RunFolder

    return RunFolder(Path(path))


@cache
def _name_run(path: Path) -> ListedRun:
    """Return a run as far as the name of its folder describes it: `<env>__<name or s<seed>>__<UTC YYYYMMDD-HHMMSS>`."""
    from dqn_tui.view.listed_run import ListedRun

    name = plain(path.name)
    parts = name.rsplit("__", 2)
    env, label, stamp = parts if len(parts) == 3 else ("", name, "")
    return ListedRun(str(path), name, label, env, started_at=_parse_stamp(stamp))


def _parse_stamp(text: str) -> float | None:
    # Of runs that began in the same second, all but the first end in -2, -3, …
    found = _STAMP.match(text)
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC).timestamp() if found else None  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _stamp(folder: RunFolder, is_running: bool) -> Hashable:
    from dqn_tui.runs.folder import JOURNAL, NOTES
    from dqn_tui.runs.lock import is_locked

    try:
        has_lock = is_locked(folder.path) if is_running else None
    except OSError:
        has_lock = None
    # Every second of every run: joined paths are made faster than those of pathlib.
    return (has_lock, *(_stamp_file(os.path.join(folder.path, name)) for name in (JOURNAL, NOTES)))


def _stamp_file(path: str) -> Hashable:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _describe(summary: RunSummary) -> ListedRun:
    from dataclasses import replace

    notes, problem = read_notes_or_problem(summary.folder)
    named, started, settings = _name_run(summary.folder.path), summary.started, clean(dict(summary.settings))
    return replace(
        named,
        state=summary.state.value,
        env=plain(started.env) if started else named.env,
        started_at=started.time if started else named.started_at,
        step=summary.step,
        total_steps=_total_steps(settings, summary),
        best=summary.best.mean if summary.best else None,
        best_step=summary.best.step if summary.best else None,
        preset=plain(summary.preset) if summary.preset else None,
        settings=settings,
        changes={key: settings.get(key) for key in summary.differing_settings(preset_settings(summary))},
        tags=tuple(plain(tag) for tag in notes.tags),
        note=plain(notes.note),
        problem=plain(summary.problem or problem) if summary.problem or problem else None,
    )


def _total_steps(settings: dict[str, Any], summary: RunSummary) -> int | None:
    total = settings.get("total_timesteps")
    if type(total) is int and total > 0:
        return total
    return summary.started.total_timesteps if summary.started else None
