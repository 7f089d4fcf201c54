"""A chart in a box: layers over the x axis, with the newest values, or those under the crosshair, in the upper edge."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

from textual import events
from textual.message import Message

from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.cells import Cells
from dqn_tui.view.chart import ChartPicture

READING: tuple[tuple[str, str, str], ...] = (
    ("│", "cursor", "crosshair: the values there are in the edge"),
    ("click", "strong", "place the crosshair; hovering reads, too"),
    ("wheel", "strong", "zoom in x; with ctrl or on y labels, in y"),
    ("drag", "strong", "move what is zoomed in"),
)
"""How values are read off charts, for the help screen."""
_WHEEL_FACTOR = 0.8
_WHEEL_PAN = 0.1


class ChartPanel(FramedPanel):
    """The base class of charts. The mouse reads values, zooms and pans, in all charts at once, by the screen.

    Attributes:
        has_common_x: whether x is that of the screen's crosshair and zoom, rather than one of the chart's own.
    """

    scene: RunScene

    class Pointed(Message):
        """The mouse is at an x, or at none; with `is_pinned` it was clicked there."""

        def __init__(self, x: float | None, *, is_pinned: bool = False) -> None:
            super().__init__()
            self.x, self.is_pinned = x, is_pinned

    class Zoomed(Message):
        """Show `factor` times as much along an axis, with the value `about` where it is."""

        def __init__(self, chart: ChartPanel, axis: Literal["x", "y"], factor: float, about: float | None) -> None:
            super().__init__()
            self.chart, self.axis, self.factor, self.about = chart, axis, factor, about

    class Panned(Message):
        """Move the windows by shares of their size, to the right and up."""

        def __init__(self, chart: ChartPanel, x_share: float, y_share: float = 0.0) -> None:
            super().__init__()
            self.chart, self.x_share, self.y_share = chart, x_share, y_share

    def __init__(self, scene: RunScene, pane: PaneName, *, has_common_x: bool = True) -> None:
        super().__init__(scene, pane)
        self.has_common_x = has_common_x
        self._picture: ChartPicture | None = None
        self._drag_from: tuple[int, int] | None = None
        self._has_dragged = False

    # --- what a subclass draws ---

    def draw(self, width: int, height: int) -> ChartPicture | None:  # noqa: ARG002
        """Return the picture in that many cells; None while there is nothing to draw."""
        return None

    def empty(self) -> str:
        """Return a quiet sentence for where there is nothing to draw."""
        return ""

    def newest_facts(self) -> Sequence[Row]:
        """Return the newest values, for the upper edge."""
        return ()

    def facts_at(self, picture: ChartPicture, x: float) -> Sequence[Row]:  # noqa: ARG002
        """Return the values at an x in sight, for the upper edge."""
        return ()

    def has_values_without_logarithm(self) -> bool:
        """Return whether a logarithmic axis leaves values out."""
        return False

    # --- what all charts have ---

    @property
    def picture(self) -> ChartPicture | None:
        """What is drawn; None while there is nothing to draw."""
        return self._picture

    @property
    def cells(self) -> Cells | None:
        """The columns that the crosshair moves by; None where x is no moment of a run, or nothing is drawn."""
        return self._picture.cells if self._picture and self._picture.plot_width and self.has_common_x else None

    @property
    def is_log(self) -> bool:
        """Whether the y axis is logarithmic."""
        return self.id in self.scene.log_scaled

    @property
    def y_window(self) -> tuple[float, float] | None:
        """The stretch of y that the user chose; None: what the data need."""
        return self.scene.viewport.y_window(self.id or "", is_log=self.is_log)

    def is_zoomed(self, *, has_x: bool) -> bool:
        """Return whether it shows only a part of its data; `has_x`: whether the common x axis counts."""
        return self.scene.viewport.is_zoomed(self.id or "", has_x=has_x, is_log=self.is_log)

    def sight_key(self) -> Hashable:
        """Return a value that changes with the user's choice of what is in sight here."""
        return self.scene.viewport.version if self.has_common_x else self.y_window

    def title_row(self) -> Row:
        """Return digit and name, and what is unusual about the axes."""
        row = super().title_row()
        if self.is_log:
            row.append(("  log y, values > 0 only" if self.has_values_without_logarithm() else "  log y", "accent"))
        return [*row, ("  zoom", "accent")] if self.is_zoomed(has_x=self.has_common_x) else row

    def facts(self) -> Sequence[Row]:
        """Return the newest values, or those under the crosshair."""
        x = self.scene.viewport.crosshair
        if x is None or self.cells is None or self.cells.at(x) is None or self._picture is None:
            return self.newest_facts()
        return self.facts_at(self._picture, x)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture, or one quiet sentence while there is nothing to draw."""
        self._picture = self.draw(width, height) if width >= 8 and height >= 2 else None
        if self._picture is None:
            return centre_block([[(self.empty(), "muted")]], width, height)
        return [[*row] for row in self._picture.rows]

    # --- the mouse ---

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Point at an x; with the button down, drag what is in sight."""
        if self._drag_from is None or not event.button:
            self.post_message(self.Pointed(self._x_at(event.x)))
            return
        moved = event.x - self._drag_from[0], event.y - self._drag_from[1]
        picture = self._picture
        if picture and moved != (0, 0):
            self._drag_from, self._has_dragged = (event.x, event.y), True
            shares = -moved[0] / max(1, picture.plot_width), moved[1] / max(1, picture.plot_height)
            self.post_message(self.Panned(self, *shares))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag a chart that is zoomed."""
        self._has_dragged = False
        self._drag_from = (event.x, event.y) if self.is_zoomed(has_x=True) else None

    def on_mouse_up(self) -> None:
        """End dragging."""
        self._drag_from = None

    def on_leave(self) -> None:
        """Point at nothing."""
        self._drag_from = None
        self.post_message(self.Pointed(None))

    def on_click(self, event: events.Click) -> None:
        """Place the crosshair where the chart was clicked; the end of a drag is no click."""
        if self._has_dragged:
            event.prevent_default()
        elif event.y > 0 and event.chain == 1 and (x := self._x_at(event.x)) is not None:
            self.post_message(self.Pointed(x, is_pinned=True))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        self._zoom(event, _WHEEL_FACTOR)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        self._zoom(event, 1 / _WHEEL_FACTOR)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Pan to the left."""
        event.stop()
        self.post_message(self.Panned(self, -_WHEEL_PAN))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Pan to the right."""
        event.stop()
        self.post_message(self.Panned(self, _WHEEL_PAN))

    def _zoom(self, event: events.MouseEvent, factor: float) -> None:
        event.stop()
        if self._picture is None:
            return
        is_on_labels = event.x - 1 < self._picture.plot_left
        if event.ctrl or event.shift or is_on_labels:
            self.post_message(self.Zoomed(self, "y", factor, self._picture.y_at(event.y - 1)))
        elif (x := self._x_at(event.x)) is not None:
            self.post_message(self.Zoomed(self, "x", factor, x))

    def _x_at(self, column: int) -> float | None:
        """Return x in the middle of a column of the panel; None where none can be read off."""
        return self._picture.x_at(column - 1) if self._picture and self.cells else None
