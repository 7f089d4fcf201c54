"""Records a run's stream of events in its folder."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from dqn_tui.config import Config, to_toml
from dqn_tui.errors import UsageError
from dqn_tui.events import EpisodeEnded, Event, Progress, RunEnded
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.runs.appended_file import AppendedFile
from dqn_tui.runs.durable import at_once, sync_folder, write_file
from dqn_tui.runs.episode_file import EpisodeFile
from dqn_tui.runs.folder import RECORDING, RunFolder
from dqn_tui.runs.host import compare_hosts, read_host
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.resume import SavedRun
from dqn_tui.runs.safe_open import open_file
from dqn_tui.runs.superseded import set_aside_later
from dqn_tui.runs.tables import MonitorTable, ProgressTable

Writer = Journal | ProgressTable | MonitorTable


class Recorder:
    """The journal and both tables, written with one call per event, the recorded training episodes, and the lock.

    Args:
        folder: The run folder; it exists.
        config: Written to `config.toml`; its `record` says whether training episodes are recorded.
        host: Written to `host.json`.
        saved: The checkpoint that a resumed run continues from; later checkpoints are set aside, and everything
            recorded after it is cut off.

    Attributes:
        host_change: Why a resumed run may not be bit-for-bit the same on this host, in one line; None if it is.
        set_aside: Which checkpoints a resumed run moved to `superseded/`, in one line; None if there were none.

    Raises:
        UsageError: Another process trains into this folder, it cannot be written, or something in it is a link.
    """

    def __init__(self, folder: RunFolder, config: Config, host: dict[str, Any], saved: SavedRun | None = None) -> None:
        folder.check()
        self.host_change = None if saved is None else compare_hosts(read_host(folder.host), host)
        self.set_aside: str | None = None
        self._folder = folder
        self._writers: list[Writer] = []
        self._episodes: EpisodeFile | None = None
        self._failed: list[AppendedFile] = []
        self._problem: str | None = None
        self._is_problem_reported = self._is_closed = False
        with ExitStack() as opened:
            try:
                self._lock = RunLock(folder.path)
                opened.callback(self._lock.release)
                if saved is not None:
                    self.set_aside = set_aside_later(folder, saved.checkpoint.step, config.keep_last)
                    # A checkpoint that does not name the recording is older than all of it.
                    _cut(folder, {RECORDING: 0} | saved.state["file_lengths"])
                write_file(folder.config, to_toml(config).encode())
                write_file(folder.host, (json.dumps(host, indent=2) + "\n").encode())
                self._open_writers(folder, opened)
                if config.record:
                    self._episodes = EpisodeFile(folder.recording, config.num_envs)
                    opened.callback(self._episodes.close)
                sync_folder(folder.path)
            except OSError as error:
                raise UsageError(f"run folder {folder.path} cannot be written: {error.strerror or error}") from None
            self._opened = opened.pop_all()

    @property
    def problem(self) -> str | None:
        """Why the run can no longer be resumed or viewed, in one line; None while its journal is where it belongs.

        The journal or the whole folder was deleted, moved or replaced. Once true, it stays so: a folder that comes back
        does not have the whole journal.
        """
        if self._problem is None and not self._is_closed and self._writers[0].is_lost:
            self._problem = f"{self._writers[0].path} was deleted or moved while the run was training: it is lost"
        return self._problem

    def publish_socket(self, path: Path) -> None:
        """Write into the lock where the run takes requests."""
        self._lock.publish_socket(path)

    def write(self, event: Event) -> str | None:
        """Record one event; return a new problem in one line, each problem once.

        Problems are a disk that refuses a file, and a journal that was deleted.
        """
        problem = None
        for writer in self._writers:
            try:
                writer.write(event)
            except OSError as error:
                found = self._note_failure(writer, error)
                problem = problem or found
        found = self._flush_episodes(event)
        problem = problem or found
        return self._report_loss(event) or problem

    def record_episode(self, episode: RecordedEpisode, action_count: int) -> str | None:
        """Record a training episode, if that is wanted; return a new problem in one line, as `write` does.

        It is written soon, with others, and before the next event that is neither of an episode nor of progress.
        """
        if self._episodes is None:
            return None
        try:
            self._episodes.write(episode, action_count)
        except OSError as error:
            return self._note_failure(self._episodes, error)
        return None

    def sync(self) -> dict[str, int]:
        """Flush everything to the disk; return the length of each file in bytes, for a checkpoint's state.

        Raises:
            OSError: The disk refused it, the journal was deleted, or something in the folder became a link.
        """
        if self.problem is not None:
            raise OSError(errno.ENOENT, self.problem)
        self._folder.require_own_files()
        files = [*self._writers, *([self._episodes] if self._episodes else [])]
        lengths = at_once(lambda file: file.sync(), files)
        named = {_name(self._folder, file.path): length for file, length in zip(files, lengths, strict=True)}
        return {RECORDING: _measure(self._folder.recording)} | named

    def close(self) -> None:
        """Flush what the disk takes, close all files, and release the lock; a second call does nothing."""
        if self._is_closed:
            return
        with suppress(OSError):
            self.sync()
        self._is_closed = True
        with suppress(OSError):
            self._opened.close()

    def _flush_episodes(self, event: Event) -> str | None:
        """Write the episodes that are held back, at once or when they are due."""
        if self._episodes is None or isinstance(event, EpisodeEnded):
            return None
        try:
            if isinstance(event, Progress):
                self._episodes.flush_due()
            else:
                self._episodes.flush()
        except OSError as error:
            return self._note_failure(self._episodes, error)
        return None

    def _note_failure(self, file: AppendedFile, error: OSError) -> str | None:
        """Return the problem of a file in one line, the first time that it has one."""
        if file in self._failed:
            return None
        self._failed.append(file)
        return f"cannot write {file.path}: {error.strerror or error}"

    def _report_loss(self, event: Event) -> str | None:
        # Two system calls are too many for each episode of a fast environment.
        if self._is_problem_reported or not isinstance(event, Progress | RunEnded) or self.problem is None:
            return None
        self._is_problem_reported = True
        return self.problem

    def _open_writers(self, folder: RunFolder, opened: ExitStack) -> None:
        kinds: dict[Path, type[Writer]] = {
            folder.events: Journal,
            folder.progress: ProgressTable,
            folder.monitor: MonitorTable,
        }
        for path, kind in kinds.items():
            writer = kind(path)
            opened.callback(writer.close)
            self._writers.append(writer)


def _name(folder: RunFolder, path: Path) -> str:
    return path.relative_to(folder.path).as_posix()


def _measure(path: Path) -> int:
    """Return the length of a file in bytes, 0 where there is none."""
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0


def _cut(folder: RunFolder, lengths: Mapping[str, int]) -> None:
    """Truncate each file to its length in bytes; a shorter or missing one stays as it is."""
    for name, length in lengths.items():
        with suppress(FileNotFoundError):
            descriptor = open_file(folder.path / name, os.O_RDWR)
            try:
                if os.fstat(descriptor).st_size > length:
                    os.ftruncate(descriptor, length)
            finally:
                os.close(descriptor)
