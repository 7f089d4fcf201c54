"""What the list of runs needs from the disk, and what it leaves to its caller."""

from __future__ import annotations

import enum
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.return_curve import ReturnCurve


class FoundRun(NamedTuple):
    """A run as far as its folder's name describes it, and a stamp that changes when its files do."""

    run: ListedRun
    stamp: Hashable


@dataclass(frozen=True)
class Prunable:
    """The old checkpoints of a run: how many, and their size on the disk."""

    count: int
    size_bytes: int


class RunLibrary(Protocol):
    """The runs of one runs folder. All methods may raise `UsageError`, whose message is one line.

    The first four are called on a thread of their own.
    """

    place: str
    """The runs folder, as the user names it."""

    def find(self, running: Collection[str]) -> Sequence[FoundRun]:
        """Return all runs, newest first; the stamps of the `running` ones also change when they end."""

    def read(self, path: str) -> ListedRun:
        """Return a run, without curve and size."""

    def read_curve(self, path: str) -> ReturnCurve:
        """Return the mean return of a run over its steps."""

    def measure(self, path: str) -> int:
        """Return the size of a run on the disk, in bytes."""

    def write_notes(self, path: str, tags: Sequence[str], note: str) -> None:
        """Give a run tags and a note, in place of those before."""

    def find_prunable(self, path: str) -> Prunable:
        """Return how many checkpoints `prune` would remove."""

    def prune(self, path: str) -> int:
        """Remove all checkpoints but the newest and the best; return their number."""

    def delete(self, path: str) -> None:
        """Remove a run folder with all that is in it."""


class Verb(enum.Enum):
    """What the caller does with runs, in place of the list."""

    OPEN = "open"
    RESUME = "resume"
    WATCH = "watch"
    COMPARE = "compare"


@dataclass(frozen=True)
class Wish:
    """What the user wants next, for which the list leaves the terminal.

    Attributes:
        verb: what to do.
        paths: the runs to do it with.
        total_steps: for a run that is complete: the steps that it is extended to.
    """

    verb: Verb
    paths: tuple[str, ...]
    total_steps: int | None = None
