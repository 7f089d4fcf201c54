"""Where the sockets of this user's runs are: a folder that nobody else can enter."""

from __future__ import annotations

import os
import secrets
import socket
import stat
import struct
import tempfile
from contextlib import suppress
from pathlib import Path

_SUFFIX = ".sock"
_PRIVATE = 0o700


def new_socket_path() -> Path:
    """Return a free path in the private folder, which is made where it is missing; sockets of dead processes go.

    Raises:
        OSError: there can be no private folder.
    """
    folder = _find_base() / f"dqn-tui-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE)
    _require_private(folder)
    _sweep(folder)
    return folder / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"


def check_socket(path: Path) -> None:
    """Check that a path, which may come from a foreign run folder, leads to a socket of this user's runs.

    Raises:
        OSError: it does not, or cannot be reached; `strerror` says why.
    """
    _require_private(path.parent)
    status = os.lstat(path)
    if path.suffix != _SUFFIX or not stat.S_ISSOCK(status.st_mode):
        raise OSError(0, f"{path} is no socket of a run")
    if status.st_uid != os.getuid():
        raise OSError(0, "it belongs to another user")


def is_own_user(connection: socket.socket) -> bool:
    """Return whether the process at the other end is this user's; true where that is unknown."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    size = struct.calcsize("3i")
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, size))
    return bool(uid == os.getuid())


def _find_base() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        with suppress(OSError):
            _require_private(Path(runtime))
            return Path(runtime)
    return Path(tempfile.gettempdir())


def _require_private(folder: Path) -> None:
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise OSError(0, f"{folder} is not a folder of this user alone")


def _sweep(folder: Path) -> None:
    """Remove the sockets of processes that were killed."""
    for path in folder.glob(f"*{_SUFFIX}"):
        pid = path.name.partition("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            with suppress(OSError):
                path.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
