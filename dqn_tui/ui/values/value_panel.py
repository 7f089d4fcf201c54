"""The pane that shows the value function: all states of a grid or a plane, one of them closely, any checkpoint."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from dqn_tui.policy_choice import LIVE, PolicyChoice
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.value_keys import VALUE_KEYS
from dqn_tui.ui.values.overview_rows import Overview
from dqn_tui.ui.values.plane_rows import map_size
from dqn_tui.ui.values.state_rows import state_rows
from dqn_tui.ui.values.timeline_rows import ordered, timeline_rows
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, block, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.value_pictures import DETAILS, Q_VALUES, GridValues, PlaneValues, ValuePicture, ValuePictures, ValueQuery
from dqn_tui.view.text import plain

LOOKS_PER_SECOND = 8
# Columns from which the state is beside the overview, and rows of a state and of the time line.
_WIDE = 92
_TIMELINE_ROWS = 2
_LEAST_STATE_ROWS = 4


class ValuePanel(FramedPanel, can_focus=True):
    """Pictures of the value function with their own keys. While it is open, it looks for a new one now and then.

    Attributes:
        pictures: where they come from; None while it is closed.
    """

    scene: RunScene

    BINDINGS: ClassVar[list[BindingType]] = bindings(VALUE_KEYS)

    class Closed(Message):
        """The user closed the pane."""

    def __init__(self, scene: RunScene, pane: PaneName) -> None:
        super().__init__(scene, pane)
        self.pictures: ValuePictures | None = None
        self._query = ValueQuery()
        self._picture: ValuePicture | None = None
        self._overview = Overview()
        self._live_step = 0

    def on_mount(self) -> None:
        """Create the timer, which runs only while the pane is open."""
        self._timer = self.set_interval(1 / LOOKS_PER_SECOND, self._look, pause=self.pictures is None)

    def on_unmount(self) -> None:
        """End the pictures together with the screen."""
        self.close()

    def open(self, pictures: ValuePictures) -> None:
        """Show these pictures."""
        self.pictures = pictures
        self._overview = Overview()
        pictures.ask(self._query)
        self.refresh()
        if self.is_mounted:
            self._timer.resume()

    def close(self) -> None:
        """End the pictures."""
        if self.pictures is not None:
            self.pictures.close()
        self.pictures = self._picture = None
        self._query = ValueQuery()
        if self.is_mounted:
            self._timer.pause()

    def _look(self) -> None:
        """Ask for what fits the pane now, and draw a new picture."""
        if self.pictures is not None:
            is_shown = self.scene.has_place(self.id or "")
            self.pictures.show(is_shown=is_shown)
            if is_shown:
                self._ask()
                self.repaint_if_changed()

    # --- keys ---

    def action_next_mode(self) -> None:
        """Colour the overview by something else."""
        if self._picture is not None:
            self._overview.choose_next_mode(self._picture)
            self.repaint_if_changed()

    def action_next_detail(self) -> None:
        """Show something else of the state, which this network has."""
        known = self._picture.details if self._picture else DETAILS
        place = known.index(self._query.detail) if self._query.detail in known else -1
        self._ask(detail=known[(place + 1) % len(known)])

    def action_move_cursor(self, rows: int, columns: int) -> None:
        """Move to a neighbouring cell, over those without a state, or by a few points of a plane."""
        picture = self._picture
        if picture is None or picture.overview is None or picture.state is None:
            return
        start = self._query.cursor or picture.state.cell
        if start is not None:
            self._ask(cursor=self._overview.neighbour(picture.overview, start, rows, columns))

    def action_step_policy(self, direction: int) -> None:
        """Show an earlier (-1) or a later (1) checkpoint; the last one is followed by the live policy."""
        policies = self._policies()
        names = [policy.name for policy in policies]
        place = names.index(self._query.policy.name) if self._query.policy.name in names else len(names) - 1
        self._ask(policy=policies[min(max(place + direction, 0), len(policies) - 1)])

    def action_choose_end(self, is_last: int) -> None:
        """Show the first checkpoint (0) or the live policy (1)."""
        self._ask(policy=self._policies()[-1 if is_last else 0])

    def action_change_first(self) -> None:
        """Choose the next x axis of a plane, or the next value of a grid's first option."""
        self._change(0)

    def action_change_second(self) -> None:
        """Choose the next y axis of a plane, or the next value of a grid's second option."""
        self._change(1)

    def action_move_moment(self, steps: int) -> None:
        """Take the state some steps earlier or later in the greedy episode."""
        self._ask(moment=max(0, self._query.moment + steps), cursor=None)

    def action_toggle_held(self) -> None:
        """Hold the entries that span no axis at their mean, or as they are in the greedy episode."""
        self._ask(is_held_at_moment=not self._query.is_held_at_moment)

    def action_leave(self) -> None:
        """Ask the screen to close the pane."""
        self.post_message(self.Closed())

    def key_labels(self) -> dict[str, str]:
        """Return the labels of the keys whose meaning depends on the picture; an empty one where it has none."""
        overview = self._picture.overview if self._picture else None
        if isinstance(overview, PlaneValues):
            return {"value.first": "X axis", "value.second": "Y axis"}
        names = [option[0].capitalize() for option in overview.options] if overview else []
        labels = dict(zip(("value.first", "value.second"), [*names, "", ""], strict=False))
        moment = "" if overview else "Episode"
        return labels | {"value.moment": moment, "value.mode": "Colour" if overview else ""}

    def _policies(self) -> list[PolicyChoice]:
        return ordered(self._picture.choices if self._picture else ())

    def _change(self, number: int) -> None:
        overview = self._picture.overview if self._picture else None
        if isinstance(overview, GridValues) and number < len(overview.options):
            chosen = [option[2] for option in overview.options]
            chosen[number] = (chosen[number] + 1) % len(overview.options[number][1])
            self._ask(options=tuple(chosen))
        elif isinstance(overview, PlaneValues):
            axes = [overview.x.index, overview.y.index]
            axes[number] = (axes[number] + 1) % overview.entries
            if axes[0] == axes[1]:
                axes[number] = (axes[number] + 1) % overview.entries
            self._overview.forget_scales()
            self._ask(axes=(axes[0], axes[1]), cursor=None)

    def _ask(self, **changes: object) -> None:
        """Ask for another picture if anything about it has changed."""
        columns, rows = map_size(*self._overview_size(self.size.width - 2, self.size.height - 2))
        query = replace(self._query, columns=columns, rows=2 * (rows - 1), **changes)  # type: ignore[arg-type]
        if query.cursor is not None and query.cursor == self._query.cursor and not self._is_grid:
            # The same place among fewer or more points.
            row, column = query.cursor
            place = row * query.rows // self._query.rows, column * query.columns // self._query.columns
            query = replace(query, cursor=place)
        if query != self._query and self.pictures is not None:
            self._query = query
            self.pictures.ask(query)

    @property
    def _is_grid(self) -> bool:
        return self._picture is not None and isinstance(self._picture.overview, GridValues)

    # --- drawing ---

    def content_key(self) -> Hashable:
        """Return the identity of the newest picture, and how it is shown; the panel keeps it, so its id is unique."""
        pictures = self.pictures
        if pictures is None:
            return None
        newest = pictures.picture
        if newest is not None and newest is not self._picture:
            self._overview.include(newest)
            self._live_step = newest.step if newest.query.policy.name == LIVE else self._live_step
        self._picture = newest
        return id(newest), pictures.error, self._overview.mode, self._live_step

    def title_row(self) -> Row:
        """Return the title, and what the colours mean."""
        role = "focus" if self.is_selected else "title"
        row: Row = [("v ", role), ("VALUE", role)]
        return row if self._picture is None else [*row, (f" {self._overview.mode_of(self._picture)}", "text")]

    def facts(self) -> Sequence[Row]:
        """Return whose values these are."""
        picture = self._picture
        if picture is None:
            return []
        return [[(picture.policy, "text")], [("γ ", "muted"), (f"{picture.gamma:g}", "text")]]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the overview, the state below or beside it, and the time line."""
        picture, error = self._picture, self.pictures.error if self.pictures else None
        if picture is None:
            lines: list[Row] = [[(plain(error), "warning")]] if error else [[("painting…", "muted")]]
            return centre_block(lines, width, height)
        below: list[Row] = [[(f" {plain(error)}", "warning")]] if error else []
        chosen, is_live = picture.query.policy, not self.scene.live.is_over
        line = timeline_rows(picture.choices, chosen, self._live_step, width, is_live=is_live)
        line = [*below, *line][:_TIMELINE_ROWS]
        if height < 10:
            line = line[-1:]
        return [*self._body(picture, width, height - len(line)), *line]

    def _body(self, picture: ValuePicture, width: int, height: int) -> list[Row]:
        map_width, map_height = self._overview_size(width, height + _TIMELINE_ROWS)
        if picture.overview is None:
            return self._state(picture, width, height)
        overview = self._overview.rows(picture, map_width, map_height, self.scene)
        if width >= _WIDE:
            overview = block(overview, map_width, map_height)
            state = block(self._state(picture, width - map_width - 2, map_height), width - map_width - 2, map_height)
            return [[*left, ("  ", "text"), *right] for left, right in zip(overview, state, strict=True)]
        room = height - len(overview)
        return [*overview, *block(self._state(picture, width, room), width, room)]

    def _overview_size(self, width: int, height: int) -> tuple[int, int]:
        """Return columns and rows of the overview in the inside of the pane."""
        body = max(1, height - (_TIMELINE_ROWS if height >= 10 else 1))
        if width >= _WIDE:
            return width * 3 // 5, body
        actions = self._picture.state.q_values.size if self._picture and self._picture.state else 4
        is_short = self._query.detail == Q_VALUES
        wanted = max(_LEAST_STATE_ROWS, min(actions + 3, body // 3) if is_short else body // 2)
        return width, max(3, body - wanted) if body >= 9 else body

    def _state(self, picture: ValuePicture, width: int, height: int) -> list[Row]:
        if picture.state is None or height < 1:
            return []
        return state_rows(picture.state, picture.action_names, picture.query.detail, width, height, self.scene)
