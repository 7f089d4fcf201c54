"""One process at a time trains into a run folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from pathlib import Path

from dqn_tui.errors import UsageError


class RunLock:
    """Held until `release`, or until the process ends in whatever way.

    Raises:
        UsageError: another process holds it; the message says which.
    """

    def __init__(self, run: Path) -> None:
        self._file = (run / "run.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._read_holder()
            self._file.close()
            raise UsageError(f"run {run} is being trained by {holder}") from None
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}) + "\n")
        self._file.flush()

    def release(self) -> None:
        """Let another process have the run."""
        self._file.close()

    def _read_holder(self) -> str:
        self._file.seek(0)
        try:
            holder = json.loads(self._file.read())
            return f"process {int(holder['pid'])} on {holder['host']}"
        except (ValueError, KeyError, TypeError):
            return "another process"
