"""The run folder: where each of its files stands, and how a new one is made and old ones are listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.runs.durable import make_folder, sync_folder


@dataclass(frozen=True)
class RunFolder:
    """`runs/<env>__<name or s<seed>>__<UTC YYYYMMDD-HHMMSS>/`."""

    path: Path

    @property
    def config(self) -> Path:
        """Every key as it was resolved."""
        return self.path / "config.toml"

    @property
    def host(self) -> Path:
        """Versions, device, threads."""
        return self.path / "host.json"

    @property
    def events(self) -> Path:
        """The journal: one event a line."""
        return self.path / "events.jsonl"

    @property
    def progress(self) -> Path:
        """Stable-Baselines3's progress.csv."""
        return self.path / "progress.csv"

    @property
    def monitor(self) -> Path:
        """Stable-Baselines3's monitor file."""
        return self.path / "monitor.csv"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints by step."""
        return self.path / "checkpoints"

    def step_folders(self) -> list[Path]:
        """The folders of checkpoints by step, oldest first, readable or not."""
        folders = (path for path in self.checkpoints.glob("step_*") if path.is_dir())
        return sorted(folders, key=lambda path: (len(path.name), path.name))

    @property
    def best(self) -> Path:
        """The checkpoint with the best evaluation."""
        return self.path / "best"

    @property
    def superseded(self) -> Path:
        """Checkpoints of steps that the run, resumed from an earlier one, took anew."""
        return self.path / "superseded"

    @property
    def error_log(self) -> Path:
        """The traceback, if something raised."""
        return self.path / "error.log"


def create_run_folder(runs_dir: Path, env: str, label: str, now: datetime | None = None) -> RunFolder:
    """Make the folder of a new run; `label` is the run's name, or `s<seed>`.

    Raises:
        UsageError: `runs_dir` cannot be written.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    stem = f"{_file_name(env)}__{_file_name(label)}__{stamp}"
    try:
        make_folder(runs_dir)
        for path in _candidates(runs_dir / stem):
            try:
                path.mkdir()
            except FileExistsError:
                continue
            sync_folder(runs_dir)
            return RunFolder(path)
    except OSError as error:
        raise UsageError(f"runs folder {runs_dir} cannot be written: {error.strerror}") from None
    raise AssertionError("unreachable: the candidates never end")


def find_run_folders(runs_dir: Path) -> list[RunFolder]:
    """The run folders in `runs_dir`, newest first."""
    if not runs_dir.is_dir():
        return []
    found = [RunFolder(path) for path in runs_dir.iterdir() if is_run_folder(path)]
    return sorted(found, key=lambda folder: folder.path.name.rsplit("__", 1)[-1], reverse=True)


def is_run_folder(path: Path) -> bool:
    """Whether a run was written there."""
    return (path / "events.jsonl").is_file()


def _candidates(path: Path) -> Iterator[Path]:
    """The path, then with -2, -3, … for runs that begin in the same second."""
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.name}-{number}")
        number += 1


def _file_name(text: str) -> str:
    """Without anything that a path, a shell or another system would take amiss."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "run"
