"""The state of the list of runs: which are shown, in what order, which is selected and which are marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from dqn_tui.errors import UsageError
from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.run_columns import COLUMNS
from dqn_tui.view.run_filter import RunFilter, parse_filter

_BY_ID = {column.id: column for column in COLUMNS}
FIRST_ORDER = "age"


class RunTable:
    """The runs of one runs folder, as the user wants to see them. It outlives the screen that shows it.

    Attributes:
        order: id of the column that the list is sorted by.
        is_reversed: whether it is sorted against that column's usual direction.
        marked: paths of the marked runs.
        filter_text: the filter as it was typed.
        filter_problem: why it is no filter, in one line; the list then keeps the filter before.
        now: UTC seconds, for the ages.
        has_found: whether the runs folder was read.
        version: increases with each change.
    """

    def __init__(self) -> None:
        self.order = FIRST_ORDER
        self.is_reversed = False
        self.marked: set[str] = set()
        self.filter_text = ""
        self.filter_problem: str | None = None
        self.now = 0.0
        self.has_found = False
        self.version = 0
        self._filter = RunFilter()
        self._runs: dict[str, ListedRun] = {}
        self._shown: list[ListedRun] = []
        self._cursor = 0
        self._shown_version = -1

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def paths(self) -> Collection[str]:
        """The paths of all runs."""
        return self._runs.keys()

    @property
    def read_count(self) -> int:
        """The number of runs of which more than the name is known."""
        return sum(run.is_read for run in self._runs.values())

    @property
    def running_count(self) -> int:
        """The number of runs that are being trained."""
        return sum(run.is_running for run in self._runs.values())

    # --- what is known ---

    def set_found(self, found: Iterable[ListedRun]) -> None:
        """Take over which runs there are, newest first; of those that are known already, nothing else changes."""
        self._runs = {run.path: self._runs.get(run.path, run) for run in found}
        self.marked &= self._runs.keys()
        self.has_found = True
        self._change()

    def update(self, runs: Iterable[ListedRun]) -> None:
        """Replace runs by what was read of them, but for curves and sizes; a run that is gone stays away."""
        for run in runs:
            if (known := self._runs.get(run.path)) is not None:
                self._runs[run.path] = replace(run, curve=known.curve, size_bytes=known.size_bytes)
        self._change()

    def enrich(self, path: str, **facts: object) -> None:
        """Set the curve or the size of a run."""
        if (known := self._runs.get(path)) is not None:
            self._runs[path] = replace(known, **facts)  # type: ignore[arg-type]
            self._change()

    def get(self, path: str) -> ListedRun | None:
        """Return a run by its path; None if there is none."""
        return self._runs.get(path)

    def let_time_pass(self, now: float) -> None:
        """Show the ages at UTC second `now`."""
        if now != self.now:
            self.now = now
            self._change()

    # --- filter and order ---

    @property
    def shown(self) -> list[ListedRun]:
        """The runs that pass the filter, sorted; equal ones newest first."""
        if self._shown_version != self.version:
            selected = self._shown[min(self._cursor, len(self._shown) - 1)] if self._shown else None
            key = _BY_ID[self.order].sort_key
            accepted = [run for run in self._runs.values() if self._filter.accepts(run, self.now)]
            known = [run for run in accepted if key(run) is not None]
            known.sort(key=key, reverse=_BY_ID[self.order].is_numeric is not self.is_reversed)
            self._shown = known + [run for run in accepted if key(run) is None]
            self._shown_version = self.version
            self._follow(selected)
        return self._shown

    def filter_by(self, text: str) -> None:
        """Show only the runs that pass the filter; if it is none, say why and keep the one before."""
        self.filter_text = text
        try:
            self._filter, self.filter_problem = parse_filter(text), None
        except UsageError as error:
            self.filter_problem = str(error)
        self._change()

    def sort_by(self, column: str) -> None:
        """Sort by a column; by the one that it is sorted by already, in the other direction."""
        self.is_reversed = not self.is_reversed if column == self.order else False
        self.order = column
        self._change()

    # --- cursor and marks ---

    @property
    def cursor(self) -> int:
        """The index of the selected run in `shown`."""
        return min(self._cursor, max(0, len(self.shown) - 1))

    @property
    def selected(self) -> ListedRun | None:
        """The selected run; None if none is shown."""
        return self.shown[self.cursor] if self.shown else None

    def move_to(self, index: int) -> None:
        """Select the run at `index`, or the one at the nearer end."""
        self._cursor = max(0, min(index, len(self.shown) - 1))
        self.version += 1
        self._shown_version += 1

    def mark(self) -> None:
        """Mark the selected run, or take its mark away, and go to the next."""
        if self.selected is not None:
            self.marked ^= {self.selected.path}
            self.move_to(self.cursor + 1)

    def unmark_all(self) -> None:
        """Take all marks away."""
        self.marked.clear()
        self.version += 1
        self._shown_version += 1

    def _follow(self, selected: ListedRun | None) -> None:
        """Keep the same run selected wherever it is now; if it is gone, the one in its place."""
        if selected is not None:
            places = (index for index, run in enumerate(self._shown) if run.path == selected.path)
            self._cursor = next(places, self._cursor)

    def _change(self) -> None:
        self.version += 1
