"""Work that is due between two environment steps."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Chore(enum.StrEnum):
    """One kind of work. The words are part of checkpoints, and of the seeds of evaluation episodes."""

    EVALUATE = "evaluate"
    CONFIRM = "confirm"
    SAVE = "save"


def read_chores(words: Iterable[object]) -> list[Chore]:
    """Return the chores that a checkpoint lists.

    Raises:
        ValueError: a word is not a chore.
    """
    return [_read_chore(word) for word in words]


def _read_chore(word: object) -> Chore:
    try:
        return Chore(str(word))
    except ValueError:
        raise ValueError(f"unknown chore {word!r:.40}; allowed are {', '.join(Chore)}") from None
