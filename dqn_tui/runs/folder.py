"""The run folder: its layout, how a new one is created and how existing ones are found."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.runs.durable import NEW, OLD, make_folder, sync_folder
from dqn_tui.runs.lock import LOCK_FILE
from dqn_tui.runs.safe_open import require_file, require_folder, require_no_links

JOURNAL = "events.jsonl"
NOTES = "notes.toml"
RECORDING = "episodes/episodes.bin"


@dataclass(frozen=True)
class RunFolder:
    """`runs/<env>__<name or s<seed>>__<UTC YYYYMMDD-HHMMSS>/`."""

    path: Path

    @property
    def config(self) -> Path:
        """Every configuration key with its resolved value."""
        return self.path / "config.toml"

    @property
    def host(self) -> Path:
        """Versions, device, threads."""
        return self.path / "host.json"

    @property
    def events(self) -> Path:
        """The journal: one event per line."""
        return self.path / JOURNAL

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

    @property
    def best(self) -> Path:
        """The checkpoint with the best evaluation."""
        return self.path / "best"

    @property
    def episodes(self) -> Path:
        """The folder of the recording."""
        return self.recording.parent

    @property
    def recording(self) -> Path:
        """Reset seeds and actions of all training episodes."""
        return self.path / RECORDING

    @property
    def tensorboard(self) -> Path:
        """TensorBoard's event files."""
        return self.path / "tensorboard"

    @property
    def superseded(self) -> Path:
        """Checkpoints of steps that the run, resumed from an earlier one, takes again."""
        return self.path / "superseded"

    @property
    def error_log(self) -> Path:
        """The traceback, if something raised."""
        return self.path / "error.log"

    @property
    def output_log(self) -> Path:
        """All that the environment printed, warned or logged."""
        return self.path / "output.log"

    @property
    def notes(self) -> Path:
        """The user's tags and note."""
        return self.path / NOTES

    def step_folders(self) -> list[Path]:
        """Return the folders of checkpoints by step, oldest first, readable or not."""
        folders = (path for path in self.checkpoints.glob("step_*") if path.is_dir() and not path.is_symlink())
        return sorted(folders, key=lambda path: (len(path.name), path.name))

    def check(self) -> None:
        """Check that everything in the folder that a run reads or writes is in the folder itself.

        The folder may be a link; what is inside must not be.

        Raises:
            UsageError: A file or folder of the run is a link, or something else than a regular file or folder.
        """
        try:
            self.require_own_files()
        except OSError as error:
            raise UsageError(f"run {self.path} cannot be used: {error.strerror or error}") from None

    def require_own_files(self) -> None:
        """Check the same as `check`.

        Raises:
            OSError: A file or folder of the run is a link, or something else than a regular file or folder.
        """
        files = (
            self.events, self.progress, self.monitor, self.host, self.config, self.error_log, self.output_log,
            self.path / LOCK_FILE,
        )  # fmt: skip
        for folder in (self.checkpoints, self.best, self.superseded, self.episodes):
            require_folder(folder)
        for file in (*files, self.recording):
            require_file(file)
        require_no_links(self.path, f".*{NEW}", f".*{OLD}")
        require_no_links(self.checkpoints, "*")
        require_no_links(self.superseded, "*")


def create_run_folder(runs_dir: Path, env: str, label: str, now: datetime | None = None) -> RunFolder:
    """Create the folder of a new run; `label` is the run's name, or `s<seed>`.

    Raises:
        UsageError: `runs_dir` cannot be written, or the name is too long for the disk.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    stem = f"{_file_name(env)}__{_file_name(label)}__{stamp}"
    try:
        make_folder(runs_dir)
        return RunFolder(_make_first_free(runs_dir / stem))
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise UsageError(f"run folder name {stem:.40}… has {len(stem)} characters, too many for the disk") from None
        raise UsageError(f"runs folder {runs_dir} cannot be written: {error.strerror}") from None


def find_run_folders(runs_dir: Path) -> list[RunFolder]:
    """Return the run folders in `runs_dir`, newest first; none if there is no such folder.

    Raises:
        UsageError: `runs_dir` cannot be read.
    """
    if not os.path.isdir(runs_dir):
        return []
    try:
        found = [RunFolder(path) for path in runs_dir.iterdir() if is_run_folder(path)]
    except OSError as error:
        raise UsageError(f"runs folder {runs_dir} cannot be read: {error.strerror or error}") from None
    return sorted(found, key=lambda folder: folder.path.name.rsplit("__", 1)[-1], reverse=True)


def is_run_folder(path: Path) -> bool:
    """Return whether `path` contains a journal, or hides what it contains."""
    try:
        os.lstat(os.path.join(path, JOURNAL))
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _make_first_free(path: Path) -> Path:
    for candidate in _candidates(path):
        try:
            candidate.mkdir()
        except FileExistsError:
            continue
        sync_folder(candidate.parent)
        return candidate
    raise AssertionError("unreachable: the candidates never end")


def _candidates(path: Path) -> Iterator[Path]:
    """Yield the path, then with -2, -3, … for runs that begin in the same second."""
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.name}-{number}")
        number += 1


def _file_name(text: str) -> str:
    """Return the text without characters that are special to a path, a shell or another system."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "run"
