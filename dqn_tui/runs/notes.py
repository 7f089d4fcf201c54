"""`notes.toml`: the tags and the note that a user gave to a run."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dqn_tui.errors import CheckpointError, UsageError, show_value
from dqn_tui.runs.durable import write_file
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.reading import open_regular
from dqn_tui.runs.safe_open import require_file
from dqn_tui.toml_text import toml_value

LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_NOTE = 1_000
_LARGEST_BYTES = 20_000


@dataclass(frozen=True)
class RunNotes:
    """What a user noted about a run: tags, which are words without blanks, and a note of one line."""

    tags: tuple[str, ...] = ()
    note: str = ""


def make_notes(tags: Iterable[str], note: str) -> RunNotes:
    """Return checked notes; a tag that is given twice counts once.

    Raises:
        UsageError: There are too many tags, one has a blank in it or is too long, or the note is.
    """
    unique = tuple(dict.fromkeys(tags))
    for tag in unique:
        if not tag.isprintable() or not 0 < len(tag) <= LONGEST_TAG or any(char.isspace() for char in tag):
            raise UsageError(f"a tag must be a word of at most {LONGEST_TAG} characters, got {show_value(tag)}")
    if len(unique) > MOST_TAGS:
        raise UsageError(f"a run must have at most {MOST_TAGS} tags, got {len(unique)}")
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise UsageError(
            f"a note must be one line of at most {LONGEST_NOTE:,} characters, got {len(note):,}: {show_value(note)}"
        )
    return RunNotes(unique, note)


def read_notes(folder: RunFolder) -> RunNotes:
    """Return the notes of a run; empty ones if it has none.

    Raises:
        UsageError: The file is damaged, not a regular file, too large, or cannot be read.
    """
    if not os.path.lexists(folder.notes):
        return RunNotes()
    with open_regular(folder.notes, _LARGEST_BYTES) as content:
        text = content.read(_LARGEST_BYTES)
    try:
        return _from_toml(tomllib.loads(text.decode()))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{folder.notes} is damaged: {error}") from None


def write_notes(folder: RunFolder, notes: RunNotes) -> None:
    """Write the notes of a run durably.

    Raises:
        UsageError: The file is not a regular file, or cannot be written.
    """
    content = f"tags = {toml_value(list(notes.tags))}\nnote = {toml_value(notes.note)}\n".encode()
    try:
        require_file(folder.notes)
        write_file(folder.notes, content)
    except OSError as error:
        raise UsageError(f"{folder.notes} cannot be written: {error.strerror or error}") from None


def _from_toml(data: dict[str, Any]) -> RunNotes:
    tags, note = data.get("tags", []), data.get("note", "")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags) or not isinstance(note, str):
        raise ValueError("tags must be a list of strings, and note a string")
    try:
        return make_notes(tags, note)
    except UsageError as error:
        raise ValueError(str(error)) from None
