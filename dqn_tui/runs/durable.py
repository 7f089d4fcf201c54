"""Folders that are on disk whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_NEW, _OLD = ".tmp", ".old"


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` as the folder `path`, in the mapping's order, in place of what stood there.

    Each file is synced in a temporary folder beside `path`, the folder renamed, and its parent synced, so that a crash
    at any moment leaves either the old folder or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}{_NEW}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        for name, content in files.items():
            _write_file(temporary / name, content)
        _sync_folder(temporary)
        _replace_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync_folder(path.parent)


def recover_folders(parent: Path) -> None:
    """After a crash: put back a folder that was about to be replaced, and remove what was not finished."""
    for old in parent.glob(f".*{_OLD}"):
        path = old.with_name(old.name.removeprefix(".").removesuffix(_OLD))
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(path)
    for temporary in parent.glob(f".*{_NEW}"):
        shutil.rmtree(temporary, ignore_errors=True)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace_folder(new: Path, path: Path) -> None:
    if not path.exists():
        new.rename(path)
        return
    old = path.with_name(f".{path.name}{_OLD}")
    shutil.rmtree(old, ignore_errors=True)
    path.rename(old)
    try:
        new.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
