"""One process at a time trains into a run folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from dqn_tui.errors import UsageError

_MOST_BYTES = 4_096


class RunLock:
    """Held until `release`, or until the process ends in whatever way.

    Raises:
        UsageError: another process holds it; the message says which.
        OSError: the folder cannot be written.
    """

    def __init__(self, run: Path) -> None:
        self._descriptor = os.open(run / "run.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = self._read_holder()
            self.release()
            raise UsageError(f"run {run} is being trained by {holder}") from None
        # Who holds it is told for convenience only; a disk that is full must not keep a run from going on.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)

    def release(self) -> None:
        """Let another process have the run."""
        os.close(self._descriptor)

    def _read_holder(self) -> str:
        try:
            holder = json.loads(os.pread(self._descriptor, _MOST_BYTES, 0))
            return f"process {int(holder['pid'])} on {holder['host']!s:.80}"
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return "another process"
