"""Files and folders that are on disk completely or not at all, even after a crash or a loss of power.

The steps are those of Redis and SQLite: write beside the destination, sync the files and their folder, read back,
rename, sync the parent folder, and only then remove the previous version.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeVar

# Kept free for the journal and for other programs.
RESERVE_BYTES = 1_000_000
NEW, OLD = ".tmp", ".old"
"""Suffixes of hidden names: of a new version that is not complete, and of a previous one that is being replaced."""
# Some network file systems cannot sync a folder.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP}

Verified = TypeVar("Verified")
Item = TypeVar("Item")
Result = TypeVar("Result")
Content = Sequence[bytes | memoryview]
"""A file's bytes, in parts."""


def write_folder(path: Path, files: Mapping[str, Content], verify: Callable[[Path], Verified]) -> Verified:
    """Write `files` as the folder `path`, replacing a previous version; return the result of `verify`.

    The folder above `path` is created if it is missing, the one above that must exist. `verify` is called with the new
    version's temporary path before anything is replaced, and raises if that version is not as it should be.

    Raises:
        OSError: The disk refused it; the previous version is still there.
    """
    _check_space(path, files)
    _make_subfolder(path.parent)
    recover_folders(path.parent)
    new = _beside(path, NEW)
    try:
        new.mkdir()
        _write_files(new, files)
        verified = verify(new)
        _replace(new, path)
    finally:
        _remove(new)
    _remove(_beside(path, OLD))
    return verified


def write_file(path: Path, content: bytes) -> None:
    """Write one file, replacing a previous version.

    Raises:
        OSError: The disk refused it; the previous version is still there.
    """
    new = _beside(path, NEW)
    _remove(new)
    try:
        _write_files(path.parent, {new.name: [content]})
        new.rename(path)
    finally:
        _remove(new)
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder, so that `path` never holds only a part of it.

    Raises:
        OSError: It is still there, or `recover_folders` will remove what is left of it.
    """
    doomed = _beside(path, NEW)
    _remove(doomed)
    path.rename(doomed)
    shutil.rmtree(doomed)


def recover_folders(parent: Path) -> None:
    """After a crash: restore folders that were about to be replaced, and remove incomplete ones.

    `parent` must not be a link to a folder of someone else, see `RunFolder.check`.

    Raises:
        OSError: A folder cannot be restored.
    """
    for old in parent.glob(f".*{OLD}"):
        path = old.with_name(old.name.removeprefix(".").removesuffix(OLD))
        if os.path.lexists(path):
            _remove(old)
        else:
            old.rename(path)
    for new in parent.glob(f".*{NEW}"):
        _remove(new)


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents, each of them durably.

    Raises:
        OSError: It cannot be created, or is not a folder.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    _make_subfolder(path)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def at_once(sync: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call `sync` for all items concurrently: a journaling file system then commits once for all of them."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(sync, items))


def write_all(descriptor: int, parts: Iterable[bytes | memoryview]) -> None:
    """Write all bytes, in as many calls as the system needs."""
    for part in parts:
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def _make_subfolder(path: Path) -> None:
    """Create a folder inside one that exists: a deleted run folder must not come back without its journal."""
    if not path.is_dir():
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def _check_space(path: Path, files: Mapping[str, Content]) -> None:
    """Check that the disk has room, before anything is written."""
    needed = sum(len(part) for parts in files.values() for part in parts) + RESERVE_BYTES
    free = shutil.disk_usage(next(parent for parent in path.parents if parent.exists())).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"needs {needed:,} bytes on the disk, where {free:,} are free")


def _write_files(folder: Path, files: Mapping[str, Content]) -> None:
    """Create new files in a folder, then sync them and their names."""
    with ExitStack() as stack:

        def open_new(path: Path, flags: int) -> int:
            descriptor = os.open(path, flags, 0o666)
            stack.callback(os.close, descriptor)
            return descriptor

        descriptors = [open_new(folder, os.O_RDONLY)]
        for name, parts in files.items():
            descriptors.append(open_new(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            write_all(descriptors[-1], parts)
        at_once(_sync, descriptors)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _replace(new: Path, path: Path) -> None:
    """Rename `new` to `path`, moving a previous version aside; undo everything if that fails."""
    old = _beside(path, OLD)
    if os.path.lexists(path):
        path.rename(old)
    try:
        new.rename(path)
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            path.rename(new)
        with suppress(OSError):
            old.rename(path)
        raise


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}{suffix}")


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder, as far as the disk lets go of it; never what a link points to."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()
