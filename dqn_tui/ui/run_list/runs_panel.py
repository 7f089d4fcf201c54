"""The list itself: one row for each run."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual import events
from textual.message import Message

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block, fit
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.listed_run import STATE_SIGNS, ListedRun
from dqn_tui.view.run_columns import NOTHING, UNKNOWN, RunColumn, curve_text, fit_columns
from dqn_tui.view.run_table import RunTable

_MARGIN = 3
_WHEEL_ROWS = 3
_ROLES = {"best": "number", "env": "text", "label": "muted", "tags": "accent", "curve": "spark-success", "age": "muted"}


class RunsPanel(FramedPanel):
    """The runs that are shown, of which the selected one is always on the screen.

    Args:
        table: what is shown.
        place: the runs folder, as the user names it.
    """

    class ColumnChosen(Message):
        """The name of a column was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """A run was clicked twice."""

    def __init__(self, scene: Scene, table: RunTable, place: str, *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._table = table
        self._place = place
        self._first = 0
        self._columns: list[tuple[RunColumn, int]] = []

    @property
    def page_size(self) -> int:
        """The number of runs that fit."""
        return max(1, self.size.height - 3)

    @property
    def on_screen(self) -> list[ListedRun]:
        """The runs that are on the screen."""
        return self._table.shown[self._first : self._first + self.page_size]

    def content_key(self) -> Hashable:
        """Return the version of the table."""
        return self._table.version

    def title_row(self) -> Row:
        """Return how many runs are shown, or why the filter is none."""
        if self._table.filter_problem:
            return [(self._table.filter_problem, "warning")]
        shown, total = len(self._table.shown), len(self._table)
        count = f"{total:,}" if shown == total else f"{shown:,} of {total:,}"
        return [("Runs ", "title"), (f" {count}", "number")]

    def facts(self) -> Sequence[Row]:
        """Return how many runs are marked."""
        count = len(self._table.marked)
        return [[(f"{count:,} marked", "accent")]] if count else []

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the names of the columns and the runs."""
        shown = self._table.shown
        if not shown:
            return centre_block(self._empty_rows(), width, height)
        self._scroll(height - 1)
        rows = shown[self._first : self._first + height - 1]
        self._columns = fit_columns(width - _MARGIN, shown)
        return [self._heading(), *(self._run_row(run, width) for run in rows)]

    def _scroll(self, height: int) -> None:
        """Move as little as needed to have the cursor on the screen, and no empty rows below."""
        cursor, last = self._table.cursor, max(0, len(self._table.shown) - height)
        self._first = min(max(self._first, cursor - height + 1), cursor, last)

    def _empty_rows(self) -> list[Row]:
        if not self._table.has_found:
            return [[("reading the runs…", "muted")]]
        if len(self._table):
            return [[("no run passes the filter", "text")], [], [("esc", "key"), (" shows all", "muted")]]
        return [
            [(f"there are no runs in {self._place}", "text")],
            [],
            [("dqn-tui", "key"), (" trains CartPole-v1, and ", "muted"), ("dqn-tui --env ID", "key")],
            [("anything else; ", "muted"), ("dqn-tui envs", "key"), (" lists what there is", "muted")],
        ]

    def _heading(self) -> Row:
        row: Row = [(" " * _MARGIN, "muted")]
        for column, width in self._columns:
            is_chosen = column.id == self._table.order
            is_down = column.is_numeric is not self._table.is_reversed
            title = f"{column.title}{'▼' if is_down else '▲'}" if is_chosen else column.title
            text = title.rjust(width) if column.is_numeric and column.id != "curve" else title.ljust(width)
            row += [(text[:width], "focus" if is_chosen else "muted"), (" ", "muted")]
        return row[:-1]

    def _run_row(self, run: ListedRun, width: int) -> Row:
        is_selected, is_marked = run is self._table.selected, run.path in self._table.marked
        row: Row = [("▸" if is_selected else " ", "focus"), ("◆ " if is_marked else "  ", "accent")]
        for column, cells in self._columns:
            row += [self._cell(run, column, cells), (" ", "text")]
        row = fit(row[:-1], width)
        return [(text, f"{role} on bar-rest") for text, role in row] if is_selected else row

    def _cell(self, run: ListedRun, column: RunColumn, width: int) -> tuple[str, str]:
        if column.id == "curve":
            return curve_text(run, width, self.scene.marker), "spark-success"
        text = column.text(run, self._table.now)
        role = "dim" if text in (UNKNOWN, NOTHING) else self._role(run, column)
        if column.is_numeric:
            text = text.rjust(width)
        ((cut, _), *more) = fit([(text, role)], width)
        return cut + "".join(part for part, _ in more), role

    def _role(self, run: ListedRun, column: RunColumn) -> str:
        if column.id == "state":
            return STATE_SIGNS.get(run.state, STATE_SIGNS["unreadable"])[1]
        if column.id == "settings" and run.problem:
            return "warning"
        return _ROLES.get(column.id, "text")

    # --- the mouse ---

    def on_click(self, event: events.Click) -> None:
        """Sort by a column, select a run, or open the one that is clicked twice."""
        row = event.y - 2
        if row == -1:
            self._choose_column(event.x - 1 - _MARGIN)
        elif 0 <= row < len(self.on_screen):
            self._table.move_to(self._first + row)
            self.repaint_if_changed()
            if event.chain == 2:
                self.post_message(self.Opened())

    def _choose_column(self, x: int) -> None:
        for column, width in self._columns:
            if 0 <= x < width:
                self.post_message(self.ColumnChosen(column.id))
            x -= width + 1

    def on_mouse_scroll_down(self) -> None:
        """Go down."""
        self._table.move_to(self._table.cursor + _WHEEL_ROWS)
        self.repaint_if_changed()

    def on_mouse_scroll_up(self) -> None:
        """Go up."""
        self._table.move_to(self._table.cursor - _WHEEL_ROWS)
        self.repaint_if_changed()
