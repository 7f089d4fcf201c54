"""The tags and the note of a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dqn_tui.errors import UsageError
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.notes import LONGEST_NOTE, MOST_TAGS, RunNotes, make_notes, read_notes, write_notes
from tests.helpers import one_line


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    return run


def test_notes_are_read_as_they_were_written(folder: RunFolder) -> None:
    assert read_notes(folder) == RunNotes()
    notes = make_notes(["good", "ünï", "good"], 'A "note" \\ with 🚀')
    write_notes(folder, notes)
    assert read_notes(folder) == notes == RunNotes(("good", "ünï"), 'A "note" \\ with 🚀')
    write_notes(folder, RunNotes())
    assert read_notes(folder) == RunNotes()
    assert [path.name for path in folder.path.iterdir()] == ["notes.toml"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=4), st.text(max_size=30))
def test_any_notes_are_read_as_written_or_refused(folder: RunFolder, tags: list[str], note: str) -> None:
    try:
        notes = make_notes(tags, note)
    except UsageError as error:
        one_line(str(error))
    else:
        write_notes(folder, notes)
        assert read_notes(folder) == notes


@pytest.mark.parametrize(
    ("tags", "note", "why"),
    [
        (["two words"], "", "a tag must be a word of at most 40 characters, got 'two words'"),
        ([""], "", "got ''"),
        (["x" * 41], "", "at most 40"),
        (["\x1b[2J"], "", "a tag must be a word"),
        ([str(number) for number in range(MOST_TAGS + 1)], "", "at most 20 tags, got 21"),
        ([], "x" * (LONGEST_NOTE + 1), "a note must be one line of at most 1,000 characters, got 1,001"),
        ([], "a\nb", "a note must be one line"),
    ],
)
def test_wrong_notes_are_refused(tags: list[str], note: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_notes(tags, note)
    assert why in one_line(str(caught.value))


DAMAGED: dict[str, Callable[[Path], object]] = {
    "no TOML": lambda path: path.write_text("tags ="),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\0"),
    "nested": lambda path: path.write_text("tags = " + "[" * 5_000),
    "large": lambda path: path.write_text("#" * 30_000),
    "a number": lambda path: path.write_text("tags = 3"),
    "numbers": lambda path: path.write_text("tags = [3]"),
    "controls": lambda path: path.write_text('note = "\\u001b[2J"'),
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_notes_are_refused_in_one_line(folder: RunFolder, damage: Callable[[Path], object]) -> None:
    damage(folder.notes)
    with pytest.raises(UsageError) as caught:
        read_notes(folder)
    assert str(folder.notes) in one_line(str(caught.value))


@pytest.mark.parametrize("place", ["a link", "a pipe", "a folder"])
def test_notes_never_replace_what_is_no_file(folder: RunFolder, place: str) -> None:
    DAMAGED[place](folder.notes)
    with pytest.raises(UsageError, match="cannot be written"):
        write_notes(folder, RunNotes(("x",)))
    assert os.path.lexists(folder.notes)


def test_notes_of_a_run_that_is_gone_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_notes(RunFolder(tmp_path / "gone"), RunNotes(("x",)))
    assert "cannot be written" in one_line(str(caught.value))
    assert list(tmp_path.iterdir()) == []
