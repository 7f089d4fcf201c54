"""A folder is the old one or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from dqn_tui.runs import durable
from dqn_tui.runs.durable import make_folder, recover_folders, remove_folder, write_file, write_folder
from tests.disk import Disk
from tests.helpers import one_line

OLD, NEW = {"a": [b"old"], "b": [b"old ", b"too"]}, {"a": [b"new"], "c": [b"new too"]}


def read_folder(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()} if path.exists() else {}


def joined(files: dict[str, list[bytes]]) -> dict[str, bytes]:
    return {name: b"".join(parts) for name, parts in files.items()}


def write(path: Path, files: dict[str, list[bytes]], verify: Callable[[Path], Any] = lambda _: None) -> Any:
    return write_folder(path, files, verify)


def test_a_folder_is_written_where_there_was_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    write(path, OLD)
    assert read_folder(path) == joined(OLD)


def test_a_folder_takes_the_place_of_what_stood_there_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write(path, OLD)
    write(path, NEW)
    assert read_folder(path) == joined(NEW)
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_looked_at_before_it_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write(path, OLD)

    def refuse(new: Path) -> None:
        assert read_folder(new) == joined(NEW)
        assert read_folder(path) == joined(OLD)
        raise ValueError("not what it should be")

    with pytest.raises(ValueError, match="not what it should be"):
        write(path, NEW, refuse)
    assert read_folder(path) == joined(OLD)
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_found_is_handed_back(tmp_path: Path) -> None:
    assert write(tmp_path / "folder", NEW, read_folder) == joined(NEW)


def test_what_an_earlier_crash_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write(path, OLD)
    for name in (".folder.tmp", ".folder.old", ".another.tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rubbish").write_bytes(b"x")
    write(path, NEW)
    assert read_folder(path) == joined(NEW)
    assert list(tmp_path.iterdir()) == [path]


def test_after_a_crash_the_replaced_folder_is_put_back_and_the_unfinished_one_removed(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write(path, OLD)
    path.rename(tmp_path / ".folder.old")
    write(tmp_path / ".folder.tmp", NEW)
    (tmp_path / ".file.tmp").write_bytes(b"half")
    recover_folders(tmp_path)
    assert read_folder(path) == joined(OLD)
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    write(path, OLD)
    with pytest.raises(OSError, match="No such file"):
        write(path, {"a": [b"new"], "no/such/folder": [b"x"]})
    assert read_folder(path) == joined(OLD)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("existing", [[], ["a"], ["a", "b"]])
def test_a_new_folder_is_on_disk_for_good_with_all_above_it(tmp_path: Path, existing: list[str]) -> None:
    tmp_path.joinpath(*existing).mkdir(parents=True, exist_ok=True)
    with Disk(tmp_path) as disk:
        make_folder(tmp_path / "a" / "b" / "c")
    made = [path for step, path in disk.record if step == "mkdir"]
    assert made == [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"][len(existing) :]
    for path in made:
        assert ("fsync", path.parent) in disk.record[disk.record.index(("mkdir", path)) :]


def test_a_file_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        write_file(path, content)
        assert read_folder(tmp_path) == {"file": content}


@pytest.mark.parametrize("lasts", [False, True])
def test_at_any_step_that_fails_there_is_the_old_file_or_the_new_one(tmp_path: Path, lasts: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    number, has_failed = 0, True
    while has_failed:
        number += 1
        with Disk(tmp_path, fail_at=number, error=errno.EIO, lasts=lasts) as disk:
            try:
                write_file(path, b"new")
            except OSError:
                assert disk.has_failed
            has_failed = disk.has_failed
        assert path.read_bytes() in (b"old", b"new")
        assert disk.descriptors == {}
    assert number > 8
    assert read_folder(tmp_path) == {"file": b"new"}


def test_a_folder_that_cannot_be_removed_whole_is_no_longer_seen(tmp_path: Path) -> None:
    for lasts in (False, True):
        path = tmp_path / "folder"
        write(path, OLD)
        with Disk(tmp_path, fail_at=4, error=errno.EIO, lasts=lasts) as disk, pytest.raises(OSError, match="output"):
            remove_folder(path)
        assert disk.steps[-1] in ("unlink a", "unlink b", "open .folder.tmp", "close .folder.tmp")
        assert not path.exists()
        recover_folders(tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_without_room_nothing_is_written_and_both_numbers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    with Disk(tmp_path) as disk, patch("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_003)):
        write(path, {"a": [b"123"]})
        with pytest.raises(OSError, match="1,000,004 bytes on the disk, where 1,000,003 are free") as caught:
            write(path, {"a": [b"1234"]})
    assert caught.value.errno == errno.ENOSPC
    one_line(str(caught.value.strerror))
    assert read_folder(path) == {"a": b"123"}
    (tmp_path / "full").mkdir()
    steps = len(disk.steps)
    with disk, patch("shutil.disk_usage", lambda _: SimpleNamespace(free=0)), pytest.raises(OSError, match="0 are"):
        write(tmp_path / "full" / "deep" / "folder", NEW)
    assert len(disk.steps) == steps
    assert durable.RESERVE_BYTES == 1_000_000


def test_a_file_system_that_knows_no_sync_of_folders_is_no_obstacle(tmp_path: Path) -> None:
    sync = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(descriptor)

    with patch.object(os, "fsync", refuse_folders):
        write(tmp_path / "folder", NEW)
    assert read_folder(tmp_path / "folder") == joined(NEW)
