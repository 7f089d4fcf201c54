"""The tidy table of runs, in long form: one row for each number that was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dqn_tui.exports.measurements import read_measurements
from dqn_tui.exports.source import Source, differing_keys

_IDENTITY = ("run", "env", "seed")
MEASURED = ("step", "time_seconds", "metric", "value")
"""The last columns: environment steps, UTC seconds, name and number."""


class Table:
    """The rows of some runs, read as they are asked for.

    Attributes:
        settings: The settings in which the runs differ; each is a column.
        columns: The names of all columns.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self.settings = differing_keys(sources)
        self.columns = (*_IDENTITY, *self.settings, *MEASURED)

    def constants(self, source: Source) -> tuple[Any, ...]:
        """Return the cells that are the same in all rows of a run: all but the last four."""
        return (source.name, source.env, source.seed, *(source.settings.get(key) for key in self.settings))

    def parts(self) -> Iterator[tuple[tuple[Any, ...], Iterator[tuple[int, float, str, float]]]]:
        """Yield for each run its constant cells and an iterator over the last four of each row."""
        for source in self._sources:
            yield self.constants(source), _measured(source)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield all rows, run by run, oldest first."""
        for constants, measured in self.parts():
            for cells in measured:
                yield (*constants, *cells)


def _measured(source: Source) -> Iterator[tuple[int, float, str, float]]:
    for step, time, metrics in read_measurements(source.folder.events):
        for name, value in metrics.items():
            yield step, time, name, value
