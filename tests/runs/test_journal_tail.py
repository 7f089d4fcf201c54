"""A journal followed while it is written, cut, and replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.event_json import to_json
from dqn_tui.events import Event, Paused
from dqn_tui.runs import journal_tail
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.journal_tail import JournalTail


def event(step: int) -> Event:
    return Paused(time=1.0, step=step)


def write(path: Path, *steps: int) -> None:
    journal = Journal(path)
    for step in steps:
        journal.write(event(step))
    journal.close()


def steps(tail: JournalTail) -> list[int]:
    return [event.step for event in tail.read()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_each_event_comes_once(path: Path) -> None:
    tail = JournalTail(path)
    write(path, 1, 2)
    assert (steps(tail), steps(tail), tail.is_at_end) == ([1, 2], [], True)
    write(path, 3)
    assert (steps(tail), steps(tail)) == ([3], [])


def test_line_that_is_still_being_written_waits_for_its_end(path: Path) -> None:
    tail = JournalTail(path)
    line = to_json(event(1)) + b"\n"
    with path.open("wb", buffering=0) as file:
        file.write(line[:10])
        assert steps(tail) == []
        file.write(line[10:])
        assert steps(tail) == [1]


def test_journal_that_was_cut_and_written_on_is_read_from_its_start(path: Path) -> None:
    tail = JournalTail(path)
    write(path, 1, 2, 3)
    assert steps(tail) == [1, 2, 3]
    length = len(to_json(event(1))) + 1
    os.truncate(path, length)
    write(path, 8, 9)
    assert steps(tail) == [1, 8, 9]


def test_journal_that_was_replaced_is_read_from_its_start(path: Path, tmp_path: Path) -> None:
    tail = JournalTail(path)
    write(path, 1, 2)
    assert steps(tail) == [1, 2]
    write(tmp_path / "new", 1, 2, 3)
    os.replace(tmp_path / "new", path)
    assert steps(tail) == [1, 2, 3]


def test_journal_that_is_gone_is_an_error_until_it_is_back(path: Path) -> None:
    tail = JournalTail(path)
    write(path, 1)
    assert steps(tail) == [1]
    path.unlink()
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            tail.read()
    write(path, 5)
    assert steps(tail) == [5]


def test_what_was_skipped_never_comes(path: Path) -> None:
    write(path, 1, 2)
    tail = JournalTail(path)
    tail.skip()
    assert steps(tail) == []
    write(path, 3)
    assert steps(tail) == [3]


def test_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", 1)
    path.symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic link"):
        JournalTail(path).read()


@given(st.lists(st.integers(0, 10**6), max_size=60), st.integers(40, 300), st.booleans())
def test_pieces_of_any_size_hold_every_event_once(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], size: int, has_junk: bool
) -> None:
    path = tmp_path_factory.mktemp("j") / "events.jsonl"
    lines = [to_json(event(number)) + b"\n" for number in numbers]
    junk = [b"x" * 1_000 + b"\n"] if has_junk else []
    path.write_bytes(b"".join(lines[:30] + junk + lines[30:]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_tail, "LONGEST_LINE", size + 40)
        tail, found = JournalTail(path), []
        while not tail.is_at_end:
            found += steps(tail)
    tail.close()
    assert found == numbers
