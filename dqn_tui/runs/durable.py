"""Files and folders that are on disk whole or not at all, whatever happens in between.

The steps are those of Redis and SQLite: write beside the place, sync the files and their folder, read back, rename,
sync the parent folder, and only then remove what was there before.
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

# What stays free for the journal and for other programs.
RESERVE_BYTES = 1_000_000
_NEW, _OLD = ".tmp", ".old"
# Some network file systems know no sync of a folder.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP}

Verified = TypeVar("Verified")
Item = TypeVar("Item")
Result = TypeVar("Result")
Content = Sequence[bytes | memoryview]
"""A file's bytes, in parts."""


def write_folder(path: Path, files: Mapping[str, Content], verify: Callable[[Path], Verified]) -> Verified:
    """Write `files` as the folder `path`, in place of what stood there; returns what `verify` returned.

    `verify` looks at the folder while it still stands beside `path`, and raises where it is not what it should be.

    Raises:
        OSError: the disk would not take it; what stood at `path` is still there.
    """
    _check_space(path, files)
    make_folder(path.parent)
    recover_folders(path.parent)
    new = _beside(path, _NEW)
    try:
        new.mkdir()
        _write_files(new, files)
        verified = verify(new)
        _replace(new, path)
    finally:
        _remove(new)
    _remove(_beside(path, _OLD))
    return verified


def write_file(path: Path, content: bytes) -> None:
    """Write one file in place of what stood there.

    Raises:
        OSError: the disk would not take it; what stood at `path` is still there.
    """
    new = _beside(path, _NEW)
    _remove(new)
    try:
        _write_files(path.parent, {new.name: [content]})
        new.rename(path)
    finally:
        _remove(new)
    sync_folder(path.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder; at no moment does a part of it stand at `path`.

    Raises:
        OSError: it is still there, or `recover_folders` will find the rest.
    """
    doomed = _beside(path, _NEW)
    _remove(doomed)
    path.rename(doomed)
    shutil.rmtree(doomed)


def recover_folders(parent: Path) -> None:
    """After a crash: put back a folder that was about to be replaced, and remove what was not finished.

    Raises:
        OSError: a folder cannot be put back.
    """
    for old in parent.glob(f".*{_OLD}"):
        path = old.with_name(old.name.removeprefix(".").removesuffix(_OLD))
        if path.exists():
            _remove(old)
        else:
            old.rename(path)
    for new in parent.glob(f".*{_NEW}"):
        _remove(new)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each of them on disk for good.

    Raises:
        OSError: it cannot be made, or is no folder.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def at_once(sync: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call `sync` for all items at the same time: a file system with a journal then writes it once for all of them."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(sync, items))


def write_all(descriptor: int, parts: Iterable[bytes | memoryview]) -> None:
    """Write all bytes, in as many calls as the system needs."""
    for part in parts:
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def _check_space(path: Path, files: Mapping[str, Content]) -> None:
    """See that the disk has room, before anything is written."""
    needed = sum(len(part) for parts in files.values() for part in parts) + RESERVE_BYTES
    free = shutil.disk_usage(next(parent for parent in path.parents if parent.exists())).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"it needs {needed:,} bytes on the disk, and {free:,} are free")


def _write_files(folder: Path, files: Mapping[str, Content]) -> None:
    """Make new files in a folder, then sync them and their names."""
    with ExitStack() as stack:

        def open_file(path: Path, flags: int) -> int:
            descriptor = os.open(path, flags, 0o666)
            stack.callback(os.close, descriptor)
            return descriptor

        descriptors = [open_file(folder, os.O_RDONLY)]
        for name, parts in files.items():
            descriptors.append(open_file(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            write_all(descriptors[-1], parts)
        at_once(_sync, descriptors)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _replace(new: Path, path: Path) -> None:
    """Put `new` at `path`, and what stood there beside it; where that fails, all stands as before."""
    old = _beside(path, _OLD)
    if path.exists():
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
    """Remove a file or a folder, or as much of it as the disk lets go."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()
