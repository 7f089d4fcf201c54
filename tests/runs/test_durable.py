"""A folder is the old one or the new one, whatever happens in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.runs.durable import recover_folders, write_folder

OLD, NEW = {"a": b"old", "b": b"old too"}, {"a": b"new", "c": b"new too"}
MOST_CALLS = 40


class CrashError(BaseException):
    """The process is gone: nothing after it runs."""


def read_folder(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()} if path.exists() else {}


def fail_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> Callable[[], bool]:
    """Let the n-th rename, replacement or sync raise; says whether it came to that."""
    calls = 0

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            is_dead = isinstance(error, CrashError) and calls > number
            if calls == number or is_dead:
                if isinstance(error, CrashError):
                    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
                raise error
            return original(*arguments, **more)

        return call

    for name in ("rename", "replace", "fsync"):
        monkeypatch.setattr(os, name, wrap(getattr(os, name)))
    return lambda: calls >= number


def test_a_folder_is_written_where_there_was_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    write_folder(path, OLD)
    assert read_folder(path) == OLD


def test_a_folder_takes_the_place_of_what_stood_there_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write_folder(path, OLD)
    write_folder(path, NEW)
    assert read_folder(path) == NEW
    assert list(tmp_path.iterdir()) == [path]


def test_what_an_earlier_crash_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write_folder(path, OLD)
    for name in (".folder.tmp", ".folder.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rubbish").write_bytes(b"x")
    write_folder(path, NEW)
    assert read_folder(path) == NEW


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), CrashError()], ids=["full disk", "crash"])
def test_at_any_moment_there_is_the_old_folder_or_the_new_one(tmp_path: Path, error: BaseException) -> None:
    moments_without = []
    for number in range(1, MOST_CALLS):
        path = tmp_path / str(number) / "folder"
        write_folder(path, OLD)
        with pytest.MonkeyPatch.context() as monkeypatch:
            happened = fail_at(monkeypatch, number, error)
            try:
                write_folder(path, NEW)
            except (OSError, CrashError):
                assert happened()
            else:
                break
        if isinstance(error, CrashError):
            recover_folders(path.parent)
            assert list(path.parent.iterdir()) == [path]
        if read_folder(path) not in (OLD, NEW):
            moments_without.append((number, sorted(item.name for item in path.parent.iterdir())))
    assert 1 < number < MOST_CALLS - 1
    assert moments_without == []


def test_a_write_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write_folder(path, OLD)
    with pytest.raises(OSError, match="No such file"):
        write_folder(path, {"a": b"new", "no/such/folder": b"x"})
    assert read_folder(path) == OLD
    assert list(tmp_path.iterdir()) == [path]
