"""The errors that a user can cause.

    DqnTuiError
    ├── UsageError         wrong use: a key, a value, an environment, a target; exit code 2
    │   └── CheckpointError    a damaged or foreign checkpoint
    └── DivergedError      training met numbers that are not finite; exit code 3

Each message is one line that shows the value and says what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DqnTuiError(Exception):
    """Base of every error that ends in one clear line instead of a traceback."""


class UsageError(DqnTuiError):
    """The user asked for something that cannot be."""


class CheckpointError(UsageError):
    """A checkpoint is damaged, foreign, or does not fit."""


class DivergedError(DqnTuiError):
    """Training met a number that is not finite."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`"; did you mean a, b?"`, or nothing where no known word is near."""
    by_folded = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_folded, n=3, cutoff=0.6)
    return f"; did you mean {', '.join(by_folded[name] for name in near)}?" if near else ""
