"""Writes a run's stream of events into its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dqn_tui.config import Config, to_toml
from dqn_tui.events import Event
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.tables import MonitorTable, ProgressTable


class Recorder:
    """The journal and both tables, fed by one call for each event, and the lock on the run folder.

    Args:
        folder: the run folder; it exists.
        config: written to `config.toml`.
        host: written to `host.json`.
        lengths: of a run that goes on, the files' lengths at its checkpoint, as `sync` gave them; what was written
            after it is cut off.

    Raises:
        UsageError: another process trains into this folder.
        OSError: the folder cannot be written.
    """

    def __init__(
        self, folder: RunFolder, config: Config, host: dict[str, Any], lengths: Mapping[str, int] | None = None
    ) -> None:
        self._lock = RunLock(folder.path)
        for path in (folder.events, folder.progress, folder.monitor):
            if lengths is not None:
                _cut(path, lengths[path.name])
        folder.config.write_text(to_toml(config), encoding="utf-8")
        folder.host.write_text(json.dumps(host, indent=2) + "\n", encoding="utf-8")
        self._writers = (Journal(folder.events), ProgressTable(folder.progress), MonitorTable(folder.monitor))
        self._failed: list[Journal | ProgressTable | MonitorTable] = []

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
        return {writer.path.name: writer.sync() for writer in self._writers}

    def close(self) -> None:
        """Close all files, and give the folder free."""
        for writer in self._writers:
            writer.close()
        self._lock.release()


def _cut(path: Path, length: int) -> None:
    """Shorten a file to `length` bytes; a shorter or missing one stays as it is."""
    if path.exists() and path.stat().st_size > length:
        os.truncate(path, length)
