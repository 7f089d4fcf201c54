"""The list of all training episodes, each of which can be played again."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.message import Message

from dqn_tui.ui.keys.episode_keys import EPISODE_KEYS
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block, fit, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.episode_table import EpisodeOrder, EpisodeRow, EpisodeTable
from dqn_tui.view.text import bar, fixed

_WHEEL_ROWS = 3
# The edges and the names of the columns.
_AROUND_ROWS = 3
_MARGIN, _GAP = 2, 3
_SHORTEST_BAR, _LONGEST_BAR = 8, 60


class _Column(NamedTuple):
    """A column; the first ones are those that remain where space is short."""

    title: str
    width: int
    text: Callable[[EpisodeRow], str]
    role: str = "text"


_COLUMNS = (
    _Column("episode", 9, lambda row: f"{row.number:,}", "strong"),
    _Column("return", 9, lambda row: fixed(row.episode_return), "number"),
    _Column("length", 8, lambda row: f"{row.length:,}"),
    _Column("step", 11, lambda row: f"{row.step:,}", "muted"),
    _Column("epsilon", 9, lambda row: "-" if row.epsilon is None else f"{row.epsilon:.3f}", "muted"),
)


class EpisodesPanel(FramedPanel, can_focus=True):
    """One row for each episode; the selected one stays selected while others are added around it."""

    scene: RunScene
    BINDINGS: ClassVar[list[BindingType]] = bindings(EPISODE_KEYS)

    class Chosen(Message):
        """An episode is to be played again."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, scene: RunScene, pane: PaneName) -> None:
        super().__init__(scene, pane)
        self._order = EpisodeOrder.NEWEST
        # None: whichever is the first of the list.
        self._number: int | None = None
        # Rows of the list above the selected one that are on the screen.
        self._rows_above = 0

    @property
    def table(self) -> EpisodeTable:
        """The episodes."""
        return self.scene.shown.episode_table

    @property
    def selected(self) -> EpisodeRow | None:
        """The selected episode; None while there are none."""
        return self.table.row(self._place, self._order) if len(self.table) else None

    def content_key(self) -> Hashable:
        """Return the version of the episodes, and what is selected."""
        waiting = not len(self.table) and self.scene.shown.is_over
        return (self.table.version, self._order, self._number, self._rows_above, waiting)

    def facts(self) -> Sequence[Row]:
        """Return the order, and the number of episodes."""
        if not len(self.table):
            return ()
        return [[(self._order.value, "accent")], [(f"{len(self.table):,}", "text"), (" episodes", "muted")]]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the names of the columns, and as many episodes as fit."""
        if not len(self.table):
            word = "no episode has ended" if self.scene.shown.is_over else "no episode has ended yet"
            return centre_block([[(word, "muted")]], width, height)
        columns = _fitting(width)
        place = self._place
        top = self._top(place)
        head: Row = [(" " * _MARGIN, "muted"), *((f"{column.title:>{column.width}}", "muted") for column in columns)]
        last = min(len(self.table), top + max(0, height - 1))
        return [head, *(self._row(number, columns, width, is_selected=number == place) for number in range(top, last))]

    def _row(self, place: int, columns: Sequence[_Column], width: int, *, is_selected: bool) -> Row:
        episode = self.table.row(place, self._order)
        is_marked = is_selected and self.is_selected
        row: Row = [("▸ " if is_marked else "  ", "focus")]
        row += [(f"{column.text(episode):>{column.width}}", column.role) for column in columns]
        room = min(_LONGEST_BAR, width - row_width(row) - _GAP - 1)
        if room >= _SHORTEST_BAR:
            row += [(" " * _GAP, "text"), (bar(self._share(episode), room, self.scene.marker), "bar")]
        return [(text, f"{role} on bar-rest") for text, role in fit(row, width)] if is_marked else row

    def _share(self, episode: EpisodeRow) -> float:
        """Return how far the return is between the lowest and the highest of all; 0 is where bars begin or end."""
        low, high = (value or 0.0 for value in (self.scene.shown.returns.minimum, self.scene.shown.returns.maximum))
        low, high = min(0.0, low), max(0.0, high)
        share = (episode.episode_return - low) / (high - low) if high > low else 0.0
        return share if math.isfinite(share) else 0.0

    # --- what is selected ---

    @property
    def _place(self) -> int:
        """The place of the selected episode in the list; that of the first one where it is no longer listed."""
        if self._number is None:
            return 0
        return self.table.place_of(self._number, self._order) or 0

    @property
    def _page(self) -> int:
        return max(1, self.size.height - _AROUND_ROWS)

    def _top(self, place: int) -> int:
        """Return the place of the uppermost row: the selected one stays where it is on the screen."""
        return min(max(0, place - self._rows_above), max(0, len(self.table) - self._page))

    def _move_to(self, place: int) -> None:
        """Select the episode at a place, moving the list as little as needed."""
        if not len(self.table):
            return
        top = self._top(self._place)
        place = min(max(0, place), len(self.table) - 1)
        self._rows_above = min(max(0, place - top), self._page - 1)
        self._number = self.table.row(place, self._order).number if place else None
        self.repaint_if_changed()

    # --- keys ---

    def action_move_rows(self, rows: int) -> None:
        """Select the episode so many rows below."""
        self._move_to(self._place + rows)

    def action_move_pages(self, pages: int) -> None:
        """Select the episode so many pages below."""
        self._move_to(self._place + pages * self._page)

    def action_move_to_edge(self, is_last: int) -> None:
        """Select the first (0) or the last (1) episode of the list."""
        self._move_to(len(self.table) - 1 if is_last else 0)

    def action_next_order(self) -> None:
        """List the episodes in the next order, from its start."""
        self._order, self._number, self._rows_above = self._order.following, None, 0
        self.repaint_if_changed()

    def action_play(self) -> None:
        """Ask the screen to play the selected episode."""
        if (episode := self.selected) is not None:
            self.post_message(self.Chosen(episode.number))

    # --- the mouse ---

    def on_click(self, event: events.Click) -> None:
        """Select the episode that is clicked; play the one that is clicked twice."""
        row = event.y - 2
        place = self._top(self._place) + row
        if 0 <= row < self._page and place < len(self.table):
            self._move_to(place)
            if event.chain == 2:
                event.prevent_default()
                self.action_play()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down."""
        event.stop()
        self.action_move_rows(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up."""
        event.stop()
        self.action_move_rows(-_WHEEL_ROWS)


def _fitting(width: int) -> list[_Column]:
    """Return the leading columns that fit."""
    columns: list[_Column] = []
    room = width - _MARGIN
    for column in _COLUMNS:
        room -= column.width
        if room < 0:
            break
        columns.append(column)
    return columns
