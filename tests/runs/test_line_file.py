"""Files of lines on a disk that fails: what it took can be read, and what it did not is not there in part."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from dqn_tui.runs.line_file import LineFile
from tests.disk import Disk

LINES = ["first", "second line", "third"]


def test_lines_are_appended_and_counted_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    for count in (1, 2):
        file = LineFile(path)
        assert file.is_empty is (count == 1)
        for line in LINES:
            file.append(line)
        assert path.read_text().splitlines() == LINES * count
        assert file.sync() == path.stat().st_size
        file.close()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_line_that_the_disk_took_in_part_is_taken_back(tmp_path: Path, error: int) -> None:
    for number in range(2, 5):
        path = tmp_path / str(number)
        with Disk(tmp_path, fail_at=number, error=error) as disk:
            file = LineFile(path)
            taken = [line for line in LINES if took(file, line)]
            assert path.read_text().splitlines() == taken
            file.append("last")
            file.close()
        assert len(taken) == 2
        assert path.read_text().splitlines() == [*taken, "last"]
        assert disk.descriptors == {}


def test_a_part_of_a_line_that_cannot_be_taken_back_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    file = LineFile(path)
    file.append("first")
    file.close()
    with Disk(tmp_path, fail_at=2, error=errno.EIO, lasts=True):
        file = LineFile(path)
        assert not took(file, "second line")
        assert not took(file, "third")
    file.append("last")
    file.close()
    lines = path.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("first", "last")
    assert "second line" not in lines


def took(file: LineFile, line: str) -> bool:
    try:
        file.append(line)
    except OSError:
        return False
    return True


def test_after_a_sync_that_failed_all_lines_are_written_to_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with Disk(tmp_path, fail_at=3, error=errno.EIO) as disk:
        file = LineFile(path)
        file.append("first")
        with pytest.raises(OSError, match="Input/output"):
            file.sync()
        doubtful = path.stat().st_ino
        file.append("second")
        assert file.sync() == len("first\nsecond\n")
        assert path.stat().st_ino != doubtful
        anew = path.stat().st_ino
        file.append("third")
        file.sync()
        file.close()
    assert path.stat().st_ino == anew
    assert path.read_text() == "first\nsecond\nthird\n"
    assert list(tmp_path.iterdir()) == [path]
    assert disk.descriptors == {}


def test_while_the_new_file_fails_too_the_lines_stay_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    for number in range(3, 12):
        path.unlink(missing_ok=True)
        with Disk(tmp_path, fail_at=3, error=errno.EIO):
            file = LineFile(path)
            file.append("first")
            with pytest.raises(OSError, match="Input/output"):
                file.sync()
        with Disk(tmp_path, fail_at=number - 2, error=errno.ENOSPC) as disk:
            try:
                file.sync()
            except OSError:
                assert disk.has_failed
            file.append("second")
            file.sync()
        file.close()
        assert path.read_text() == "first\nsecond\n"
        assert list(tmp_path.iterdir()) == [path]
