"""Writes a run's stream of events into its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from dqn_tui.config import Config, to_toml
from dqn_tui.errors import UsageError
from dqn_tui.events import Event
from dqn_tui.runs.durable import at_once, sync_folder, write_file
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.host import compare_hosts, read_host
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.resume import SavedRun, set_aside_later
from dqn_tui.runs.tables import MonitorTable, ProgressTable

Writer = Journal | ProgressTable | MonitorTable


class Recorder:
    """The journal and both tables, fed by one call for each event, and the lock on the run folder.

    Args:
        folder: the run folder; it exists.
        config: written to `config.toml`.
        host: written to `host.json`.
        saved: of a run that goes on, what from; later checkpoints are set aside, and what was written after it is
            cut off.

    Attributes:
        host_change: why a run that goes on cannot do so bit for bit on this host; None where nothing speaks against it.

    Raises:
        UsageError: another process trains into this folder, or it cannot be written.
    """

    def __init__(self, folder: RunFolder, config: Config, host: dict[str, Any], saved: SavedRun | None = None) -> None:
        self.host_change = None if saved is None else compare_hosts(read_host(folder.host), host)
        self._writers: list[Writer] = []
        self._failed: list[Writer] = []
        with ExitStack() as opened:
            try:
                opened.callback(RunLock(folder.path).release)
                if saved is not None:
                    set_aside_later(folder, saved.checkpoint.step)
                    _cut(folder, saved.state["file_lengths"])
                write_file(folder.config, to_toml(config).encode())
                write_file(folder.host, (json.dumps(host, indent=2) + "\n").encode())
                self._open_writers(folder, opened)
                sync_folder(folder.path)
            except OSError as error:
                raise UsageError(f"run folder {folder.path} cannot be written: {error.strerror or error}") from None
            self._opened = opened.pop_all()

    def write(self, event: Event) -> str | None:
        """Record one event; the first time that the disk will not take it, returns what is wrong, in one line."""
        problem = None
        for writer in self._writers:
            try:
                writer.write(event)
            except OSError as error:
                if writer not in self._failed:
                    self._failed.append(writer)
                    problem = problem or f"cannot write {writer.path}: {error.strerror or error}"
        return problem

    def sync(self) -> dict[str, int]:
        """Bring everything to the disk; returns each file's length, for a checkpoint to name.

        Raises:
            OSError: the disk would not take it.
        """
        lengths = at_once(lambda writer: writer.sync(), self._writers)
        return {writer.path.name: length for writer, length in zip(self._writers, lengths, strict=True)}

    def close(self) -> None:
        """Bring to the disk what it takes, close all files, and give the folder free."""
        with suppress(OSError):
            self.sync()
        with suppress(OSError):
            self._opened.close()

    def _open_writers(self, folder: RunFolder, opened: ExitStack) -> None:
        places: dict[Path, type[Writer]] = {
            folder.events: Journal,
            folder.progress: ProgressTable,
            folder.monitor: MonitorTable,
        }
        for path, kind in places.items():
            writer = kind(path)
            opened.callback(writer.close)
            self._writers.append(writer)


def _cut(folder: RunFolder, lengths: Mapping[str, int]) -> None:
    """Shorten each file to its length in bytes; a shorter or missing one stays as it is."""
    for name, length in lengths.items():
        path = folder.path / name
        if path.exists() and path.stat().st_size > length:
            os.truncate(path, length)
