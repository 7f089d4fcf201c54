"""Where an export is written: beside its place first, and complete or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dqn_tui.errors import UsageError
from dqn_tui.runs.durable import NEW


def check_new(out: Path, option: str = "--out") -> None:
    """Refuse a file that exists; `option` named it.

    Raises:
        UsageError: `out` exists.
    """
    if os.path.lexists(out):
        kind = "a folder" if out.is_dir() else "a file"
        raise UsageError(f"{option} must be a new file, got {out}, {kind} that exists")


@contextmanager
def new_file(out: Path, option: str = "--out") -> Iterator[Path]:
    """Yield the path of a temporary file that becomes `out` once the block has written it.

    Raises:
        UsageError: `out` exists, or cannot be written.
    """
    check_new(out, option)
    with _moved_to(out, option) as temporary:
        temporary.touch(exist_ok=False)
        yield temporary
        _sync(temporary)


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield the path of a temporary folder that becomes `out` once the block has filled it.

    Raises:
        UsageError: `out` exists and is not an empty folder, or cannot be written.
    """
    if os.path.lexists(out) and not _is_empty_folder(out):
        kind = "a folder that is not empty" if out.is_dir() else "a file that exists"
        raise UsageError(f"--out must be a new or an empty folder, got {out}, {kind}")
    with _moved_to(out) as temporary:
        temporary.mkdir()
        yield temporary


@contextmanager
def _moved_to(out: Path, option: str = "--out") -> Iterator[Path]:
    place = Path(os.path.realpath(out))
    temporary = place.with_name(f".{place.name}-{os.getpid()}{NEW}")
    try:
        yield temporary
        # A folder takes the place of an empty one; a file that appeared meanwhile is not replaced.
        if temporary.is_file() and os.path.lexists(place):
            raise UsageError(f"{option} must be a new file, got {out}, which exists now")
        temporary.rename(place)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}") from None
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()


def _is_empty_folder(path: Path) -> bool:
    try:
        return path.is_dir() and next(path.iterdir(), None) is None
    except OSError:
        return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
