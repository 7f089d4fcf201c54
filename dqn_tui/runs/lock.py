"""One process at a time trains into a run folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from dqn_tui.errors import UsageError
from dqn_tui.runs.safe_open import open_file

LOCK_FILE = "run.lock"
_MOST_BYTES = 4_096
_TRIES, _PAUSE_SECONDS = 10, 0.01


class Holder(NamedTuple):
    """The process that holds a lock, its host, and the socket at which it takes requests; None where it has none."""

    pid: int
    host: str
    socket: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether it runs on this host."""
        return self.host == socket.gethostname()


class RunLock:
    """The lock on a run folder, held until `release` or until the process ends, however it ends.

    Raises:
        UsageError: Another process holds it; the message names that process.
        OSError: The folder cannot be written, or the lock file is not a regular file.
    """

    def __init__(self, run: Path) -> None:
        self._descriptor = open_file(run / LOCK_FILE, os.O_RDWR | os.O_CREAT)
        if not _try_lock_patiently(self._descriptor):
            holder = _parse_holder(self._descriptor)
            self.release()
            who = f"process {holder.pid} on {holder.host}" if holder else "another process"
            raise UsageError(f"run {run} is being trained by {who}")
        self.publish_socket(None)

    def publish_socket(self, path: Path | None) -> None:
        """Write who holds the lock, and where it takes requests, if anywhere."""
        holder = Holder(os.getpid(), socket.gethostname(), None if path is None else str(path))
        # Nothing depends on it; a full disk must not keep a run from resuming.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(holder._asdict()).encode(), 0)

    def release(self) -> None:
        """Release the lock."""
        os.close(self._descriptor)


def read_holder(run: Path) -> Holder | None:
    """Return the process that last held the lock; None if it is unknown.

    Raises:
        OSError: The lock file cannot be read, or is not a regular file.
    """
    try:
        descriptor = open_file(run / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return _parse_holder(descriptor)
    finally:
        os.close(descriptor)


def is_locked(run: Path) -> bool:
    """Return whether a living process trains into the folder; nothing is written.

    Raises:
        OSError: The lock file cannot be read, or is not a regular file.
    """
    try:
        descriptor = open_file(run / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two listings at a time do not take each other for a trainer.
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_lock_patiently(descriptor: int) -> bool:
    """Try for a moment: a list of runs holds a shared lock while it looks."""
    for _ in range(_TRIES):
        if _try_lock(descriptor):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _parse_holder(descriptor: int) -> Holder | None:
    try:
        data = json.loads(os.pread(descriptor, _MOST_BYTES, 0))
        path = data.get("socket")
        return Holder(int(data["pid"]), f"{data['host']!s:.80}", None if path is None else str(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
