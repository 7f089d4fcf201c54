"""What is known of several runs, as it becomes known: the interface between a screen and what reads their journals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dqn_tui.events import Event


@dataclass(frozen=True)
class RunNews:
    """What became known of one run.

    Attributes:
        index: the run, by its place in `RunSource.paths`.
        events: events, oldest first; `RunStarted` begins anew, where its journal was replaced.
        problem: why it cannot be read any more, in one line; None if it can.
    """

    index: int
    events: Sequence[Event] = ()
    problem: str | None = None


class RunSource(Protocol):
    """Several runs, as seen by a screen. Nothing here blocks but `close`, and that only for a moment."""

    @property
    def paths(self) -> Sequence[str]:
        """The run folders."""

    @property
    def is_read(self) -> bool:
        """Whether everything that was known at first has been handed over."""

    def start(self, on_news: Callable[[], None]) -> None:
        """Start to read on another thread; `on_news` is called there."""

    def drain(self, most: int) -> list[RunNews]:
        """Return up to `most` pieces of news since the last call, oldest first."""

    def close(self) -> None:
        """Stop reading."""
