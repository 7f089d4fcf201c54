"""The first row of the list of runs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, justify
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.run_table import RunTable


class ListHeader(Panel):
    """The runs folder, how many runs there are, how many are read so far, and how many are trained."""

    def __init__(self, scene: Scene, table: RunTable, place: str, *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._table = table
        self._place = place

    def content_key(self) -> Hashable:
        """Return the version of the table."""
        return self._table.version

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return one row."""
        running = self._table.running_count
        right: Row = [(f"● {running:,} running ", "success")] if running else []
        if (read := self._table.read_count) < len(self._table):
            right = [(f"reading {read:,} of {len(self._table):,} ", "muted"), *right]
        count = len(self._table)
        total = f" · {count:,} {'run' if count == 1 else 'runs'}" if count else ""
        left: Row = [(" dqn-tui runs", "strong"), (" │ ", "border"), (self._place, "title"), (total, "muted")]
        return [justify(left, right, width)]
