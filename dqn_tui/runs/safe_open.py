"""Opening what is inside a run folder: regular files and real folders only, never through a symbolic link.

A run folder may come from someone else. Through a link in it, a resume could overwrite, cut or delete a file outside; a
pipe or a device in the place of a file could block the program or fill its memory.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def open_file(path: Path, flags: int) -> int:
    """Open a regular file and return its descriptor; `flags` are those of `os.open`.

    Raises:
        OSError: It cannot be opened, or is not a regular file; `strerror` then says what it is.
    """
    # Opening a pipe or a device can already block or do something, so its kind is checked before and after.
    require_file(path)
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    try:
        _check_kind(path, os.fstat(descriptor).st_mode, stat.S_IFREG)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def require_file(path: Path) -> None:
    """Check that `path` is a regular file or missing.

    Raises:
        OSError: It is something else, such as a link to a file, or cannot be reached.
    """
    _require(path, stat.S_IFREG)


def require_folder(path: Path) -> None:
    """Check that `path` is a folder or missing.

    Raises:
        OSError: It is something else, such as a link to a folder, or cannot be reached.
    """
    _require(path, stat.S_IFDIR)


def require_no_links(folder: Path, *patterns: str) -> None:
    """Check that no entry of `folder` whose name matches one of the glob patterns is a link.

    Raises:
        OSError: One of them is.
    """
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path.is_symlink():
                raise OSError(errno.ELOOP, f"{path} is a symbolic link, expected a file or folder of the run itself")


def _require(path: Path, kind: int) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    _check_kind(path, mode, kind)


def _check_kind(path: Path, mode: int, kind: int) -> None:
    found = stat.S_IFMT(mode)
    if found != kind:
        number = errno.ELOOP if stat.S_ISLNK(mode) else errno.EINVAL
        raise OSError(number, f"{path} is {_NAMES.get(found, 'of an unknown kind')}, expected {_NAMES[kind]}")


_NAMES = {
    stat.S_IFREG: "a regular file",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
