"""A table of a comparison in a box: its columns as wide as they need, its rows scrolled."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.binding import BindingType
from textual.geometry import Size

from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.keys.compare_keys import TABLE_KEYS
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block, shorten
from dqn_tui.view.comparison_layers import color_role
from dqn_tui.view.comparison_report import Table

_LONGEST_HEADING = 14
_GAP, _LEAST_CUT = 2, 12
_LEAST_WIDTH = 24
# Edges and headings.
_AROUND_ROWS = 3
_STATES = {"done": "success", "running": "success", "failed": "error", "diverged": "error", "interrupted": "warning"}


class CompareTable(FramedPanel, can_focus=True):
    """Draws the table that `make` returns; the first cell of each row is a mark, in the colour of its line."""

    scene: CompareScene
    BINDINGS: ClassVar[list[BindingType]] = bindings(TABLE_KEYS)

    def __init__(self, scene: CompareScene, pane: PaneName, make: Callable[[CompareScene], Table]) -> None:
        super().__init__(scene, pane)
        self._make = make
        self._known: tuple[Hashable, Table] | None = None

    @property
    def table(self) -> Table:
        """The table, made anew only when the comparison has changed."""
        key = (self.scene.comparison.version, self.scene.by)
        if self._known is None or self._known[0] != key:
            self._known = (key, self._make(self.scene))
        return self._known[1]

    @property
    def shown_table(self) -> Table:
        """The table without the columns that were left behind."""
        table, hidden = self.table, self._hidden
        if not hidden:
            return table
        rows = [[row[0], *row[1 + hidden :]] for row in table.rows]
        return Table(table.title, [table.columns[0], *table.columns[1 + hidden :]], rows)

    def content_key(self) -> Hashable:
        """Return the version of the comparison, whether it is complete, and what is scrolled."""
        scene = self.scene
        return (scene.comparison.version, scene.is_read, scene.by, self._first_row, self._hidden)

    def title_row(self) -> Row:
        """Return digit and title."""
        row = super().title_row()
        return [*row[:-1], (self.table.title, row[-1][1])]

    def facts(self) -> Sequence[Row]:
        """Return which rows are shown, where they are not all of them."""
        count, room = len(self.table.rows), self._room
        if count <= room:
            return ()
        return [[(f"{self._first_row + 1}-{min(count, self._first_row + room)} of {count}", "muted")]]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the headings and as many rows as fit."""
        table = self.shown_table
        if not self.scene.is_read and not any(run.view.run for run in self.scene.comparison.runs):
            return centre_block([[("reading…", "muted")]], width, height)
        widths = _fitting([_column_width(table, number) for number in range(len(table.columns))], width - 1)
        is_right = [_is_numeric(table, number) for number in range(len(widths))]
        head = self._row(table.columns, widths, is_right, lambda _number, _cell: "muted")
        if len(widths) < len(table.columns):
            head = [*shorten(head, width - 2), (" …", "muted")]
        rows = [head]
        for place, cells in enumerate(table.rows[self._first_row :][: height - 1], self._first_row):
            rows.append(self._row(cells, widths, is_right, self._role_of(place)))
        return rows

    @property
    def wanted_size(self) -> Size:
        """The size of a box that shows all columns and rows; not narrower than a heading."""
        width = sum(self.column_widths) + _GAP * len(self.column_widths) + 1
        return Size(max(_LEAST_WIDTH, width), len(self.table.rows) + _AROUND_ROWS)

    @property
    def column_widths(self) -> list[int]:
        """Cells that each column needs."""
        return [_column_width(self.table, number) for number in range(len(self.table.columns))]

    def action_move_rows(self, rows: int) -> None:
        """Move the rows up or down, as far as there are any."""
        last = max(0, len(self.table.rows) - self._room)
        assert self.id is not None
        self.scene.scroll[self.id] = min(last, max(0, self._first_row + rows))
        self.repaint_if_changed()

    def action_move_pages(self, pages: int) -> None:
        """Move by as many rows as are in sight."""
        self.action_move_rows(pages * self._room)

    def action_move_columns(self, columns: int) -> None:
        """Leave out more (1) or fewer (-1) columns after the marks; one column always remains."""
        assert self.id is not None
        self.scene.hidden[self.id] = min(max(0, len(self.table.columns) - 2), max(0, self._hidden + columns))
        self.repaint_if_changed()

    @property
    def _hidden(self) -> int:
        return min(self.scene.hidden.get(self.id or "", 0), max(0, len(self.table.columns) - 2))

    @property
    def _room(self) -> int:
        return max(1, self.size.height - _AROUND_ROWS)

    @property
    def _first_row(self) -> int:
        return min(self.scene.scroll.get(self.id or "", 0), max(0, len(self.table.rows) - self._room))

    def _role_of(self, place: int) -> Callable[[int, str], str]:
        def role(number: int, cell: str) -> str:
            if number == 0:
                return color_role(self._color(place))
            return _STATES.get(cell, "text" if cell != "-" else "muted")

        return role

    def _color(self, place: int) -> int:
        """Return the number of the colour of a row: that of its run, or of its group where runs are grouped."""
        if self.id == "groups" or self.scene.by is None:
            return place
        groups = self.scene.comparison.groups(self.scene.by)
        return next((group.index for group in groups if place in group.runs), place)

    def _row(
        self, cells: Sequence[str], widths: Sequence[int], is_right: Sequence[bool], role: Callable[[int, str], str]
    ) -> Row:
        row: Row = [(" ", "text")]
        for number, (cell, width, right) in enumerate(zip(cells, widths, is_right, strict=False)):
            text = cell if cell_len(cell) <= width else set_cell_size(cell, width - 1) + "…"
            space = " " * (width - cell_len(text))
            row += [(space + text if right else text + space, role(number, cell)), (" " * _GAP, "text")]
        return row[:-1]


def _fitting(widths: Sequence[int], room: int) -> list[int]:
    """Return the widths of the leading columns that fit; the last of all may be cut, but not to a few letters."""
    chosen: list[int] = []
    for number, width in enumerate(widths):
        left = room - sum(chosen) - _GAP * len(chosen)
        is_cuttable = number == len(widths) - 1 and left >= _LEAST_CUT
        if width > left and not is_cuttable:
            break
        chosen.append(min(width, left))
    return chosen


def _column_width(table: Table, number: int) -> int:
    widest = max((cell_len(row[number]) for row in table.rows), default=0)
    return max(1, widest, min(_LONGEST_HEADING, cell_len(table.columns[number])))


def _is_numeric(table: Table, number: int) -> bool:
    """Return whether a column holds numbers, which are aligned to the right."""
    return bool(table.rows) and all(row[number][:1] in "-0123456789" and number > 0 for row in table.rows)
