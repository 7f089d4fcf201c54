"""The errors that a user can cause.

    DqnTuiError
    ├── UsageError                     wrong use: a key, a value, an environment, a target; exit code 2
    │   ├── SettingError               a setting, and the keys that it is about
    │   ├── UnknownEnvironmentError    an id that nothing has registered
    │   └── CheckpointError            a damaged or foreign checkpoint
    ├── RunFailedError                 a run from Python ended because the environment or the trainer raised
    └── DivergedError                  training met numbers that are not finite; exit code 3

Each message is one line that shows the value and says what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN_CHARACTERS = 80


class DqnTuiError(Exception):
    """Base of every error that ends in one clear line instead of a traceback."""


class UsageError(DqnTuiError):
    """Wrong use, which the user can correct."""


class SettingError(UsageError):
    """A setting that is unknown, out of bounds, or does not fit another.

    Attributes:
        keys: the configuration keys that it is about, the refused one first.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys

    @property
    def key(self) -> str:
        """The refused configuration key."""
        return self.keys[0]


class UnknownEnvironmentError(UsageError):
    """An environment id that nothing has registered.

    Attributes:
        env_id: the id.
    """

    def __init__(self, message: str, env_id: str) -> None:
        super().__init__(message)
        self.env_id = env_id

    def with_hints(self, hints: Iterable[str]) -> UnknownEnvironmentError:
        """Return the same error with hints, if any, in parentheses at the end of its line."""
        text = "; ".join(hints)
        return UnknownEnvironmentError(f"{self} ({text})", self.env_id) if text else self


class CheckpointError(UsageError):
    """A checkpoint that is damaged, foreign, or does not fit."""


class RunFailedError(DqnTuiError):
    """The environment or the trainer raised, which ended the run; raised for callers from Python."""


class DivergedError(DqnTuiError):
    """Training met a number that is not finite."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `"; did you mean a, b?"`, or an empty string where no known word is near."""
    return suggest(near_words(word, known))


def suggest(words: Iterable[str]) -> str:
    """Return `"; did you mean a, b?"`, or an empty string without words."""
    listed = ", ".join(words)
    return f"; did you mean {listed}?" if listed else ""


def near_words(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three known words that are near, the nearest first.

    Case, and `-` instead of `_`, make no difference; a word that differs in nothing else is the only one.
    """
    by_folded = {_fold(name): name for name in known}
    folded = _fold(word)
    near = [folded] if folded in by_folded else get_close_matches(folded, by_folded, n=3, cutoff=0.6)
    return [by_folded[name] for name in near]


def read_message(error: BaseException) -> str:
    """Return the error's message; empty if there is none, or if making it raises, as foreign classes may."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - foreign code
        return ""


def show_value(value: object) -> str:
    """Return a value as a message shows it: strings quoted, one line, and shortened."""
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):
        # Python prints no integer of more than 4,300 digits, and no nesting deeper than its stack.
        return "a value too large to show"
    return text if len(text) <= MOST_SHOWN_CHARACTERS else f"{text[: MOST_SHOWN_CHARACTERS - 1]}…"


def _fold(word: str) -> str:
    return word.lower().replace("-", "_")
