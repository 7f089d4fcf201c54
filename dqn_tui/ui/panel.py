"""The base of everything that is drawn: a widget whose lines are built once for each change."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dqn_tui.ui.rows import Row, ascii_only, block, centre_block, frame
from dqn_tui.ui.scene import Scene

# What odd numbers in an event can cause while a panel is drawn; the panel then says so in its place.
DRAWING_ERRORS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)


def to_strip(row: Row, width: int, scene: Scene) -> Strip:
    """One line of the terminal."""
    style = scene.colors.style
    if scene.is_ascii:
        row = [(ascii_only(text), role) for text, role in row]
    return Strip([Segment(text, style(role)) for text, role in row if text], width)


class Panel(Widget):
    """A widget that draws rows.

    Subclasses say what their rows depend on (`content_key`) and build them (`build_rows`). Training shares
    the interpreter lock with the screen, so nothing is built again unless key, size or scene changed.
    """

    DEFAULT_CSS = "Panel { width: 100%; height: 100%; }"
    is_costly = False
    """Whether the panel is drawn only half as often as numbers are."""

    def __init__(self, scene: Scene, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scene = scene
        self._strips: list[Strip] = []
        self._painted_key: Hashable = None

    def content_key(self) -> Hashable:
        """A value that changes when the rows would."""
        return self.scene.shown.version

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """The rows, at most `height` of at most `width` cells."""
        raise NotImplementedError

    def repaint_if_changed(self) -> None:
        """Ask Textual to draw those lines again that would look different."""
        key = self._full_key()
        if key == self._painted_key:
            return
        before, self._strips, self._painted_key = self._strips, self._build(), key
        if len(before) != len(self._strips) or not before:
            self.refresh()
            return
        lines = [y for y, (old, new) in enumerate(zip(before, self._strips, strict=True)) if old != new]
        if lines:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in lines))

    def render_line(self, y: int) -> Strip:
        """One line, from the cache."""
        key = self._full_key()
        if key != self._painted_key:
            self._strips = self._build()
            self._painted_key = key
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def on_show(self) -> None:
        """What Textual kept from the last time that the panel was on the screen is old."""
        self.refresh()

    def _full_key(self) -> Hashable:
        return (self.scene.version, self.scene.is_frozen, self.size, self.content_key())

    def _build(self) -> list[Strip]:
        width, height = self.size
        try:
            rows = block(self.build_rows(width, height), width, height)
        except DRAWING_ERRORS as error:
            message: Row = [(f"cannot be drawn: {type(error).__name__}", "warning")]
            rows = centre_block([message], width, height)
        return [to_strip(row, width, self.scene) for row in rows]


class FramedPanel(Panel):
    """A panel in a box, with its title at the left and facts at the right of the upper edge."""

    pane = ""
    """The name under which the panel takes the focus; empty where it does not."""

    class Chosen(Message):
        """A pane was clicked; on its title or twice, it wants to be enlarged."""

        def __init__(self, pane: str, *, should_zoom: bool) -> None:
            super().__init__()
            self.pane = pane
            self.should_zoom = should_zoom

    def on_click(self, event: events.Click) -> None:
        """Tell whoever arranges the panes."""
        if self.pane:
            self.post_message(self.Chosen(self.pane, should_zoom=event.y == 0 or event.chain == 2))

    def title_row(self) -> Row:
        """The title, in the box's upper edge."""
        raise NotImplementedError

    def facts(self) -> Sequence[Row]:
        """Short facts in the upper edge, the most important first."""
        return ()

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """What stands in the box."""
        raise NotImplementedError

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """The box with what stands in it."""
        border = "focus" if self.pane and self.scene.selected == self.pane else "border"
        inside = self.inside_rows(width - 2, height - 2)
        return frame(self.title_row(), self.facts(), inside, width, height, border=border)


def numbered_title(number: int, label: str, *, is_selected: bool) -> Row:
    """`1 Return`, bright where the pane has the focus."""
    return [(f"{number} ", "focus" if is_selected else "muted"), (label, "focus" if is_selected else "title")]
