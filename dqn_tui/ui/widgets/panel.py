"""The base class of everything drawn: a widget that builds its lines once per change."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.rows import Row, ascii_only, block, centre_block, frame
from dqn_tui.ui.widgets.scene import Scene

# Raised while drawing when an event carries odd numbers; the panel then shows the error in its place.
DRAWING_ERRORS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError)


def to_strip(row: Row, width: int, scene: Scene) -> Strip:
    """Return the row as one line of the terminal."""
    style = scene.colors.style
    if scene.is_ascii:
        row = [(ascii_only(text), role) for text, role in row]
    return Strip([Segment(text, role if isinstance(role, Style) else style(role)) for text, role in row if text], width)


class Panel(Widget):
    """A widget that draws rows.

    Subclasses define `build_rows`, and in `content_key` what the rows depend on. Training shares the interpreter lock
    with the screen, so rows are built again only when that key, the size or the scene changes.
    """

    DEFAULT_CSS = "Panel { width: 100%; height: 100%; }"

    class PaneChosen(Message):
        """The user clicked something that represents a pane."""

        def __init__(self, pane: str, *, should_zoom: bool = False) -> None:
            super().__init__()
            self.pane = pane
            self.should_zoom = should_zoom

    def __init__(self, scene: Scene, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.scene = scene
        self._strips: list[Strip] = []
        self._painted_key: Hashable = None

    def content_key(self) -> Hashable:
        """Return a value that changes whenever the rows would."""
        return self.scene.content_version

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return the rows, at most `height` of at most `width` cells."""
        return ()

    def repaint_if_changed(self) -> None:
        """Ask Textual to redraw the lines that differ from those on the screen."""
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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines for Textual, built again first if something has changed since.

        Textual also asks for lines that it does not write: those beside what another panel redraws. So what has changed
        is asked to be redrawn here, too.

        A panel has neither border, padding nor opacity of Textual's, whose own way through all of them costs as much as
        drawing a chart.
        """
        self.repaint_if_changed()
        strips = self._strips[crop.y : crop.bottom]
        strips += [Strip.blank(self.size.width)] * (crop.height - len(strips))
        filters, background = self.get_line_filters(), self.background_colors[1]
        for line_filter in filters:
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        is_whole = crop.column_span == (0, self.size.width)
        return strips if is_whole else [strip.crop(*crop.column_span) for strip in strips]

    def on_show(self) -> None:
        """Repaint a panel that gets a place on the screen."""
        self.refresh()

    def _full_key(self) -> Hashable:
        return (self.scene.key, self.size, self.content_key())

    def _build(self) -> list[Strip]:
        width, height = self.size
        try:
            rows = block(self.build_rows(width, height), width, height)
        except DRAWING_ERRORS as error:
            rows = _error_rows(error, width, height)
        return [to_strip(row, width, self.scene) for row in rows]


class FramedPanel(Panel):
    """A panel in a box, with its title on the left and facts on the right of the upper edge.

    Attributes:
        pane: name under which it takes the focus; None where it does not.
    """

    def __init__(self, scene: Scene, pane: PaneName | None = None, *, id: str | None = None) -> None:
        super().__init__(scene, id=id or (pane.id if pane else None))
        self.pane = pane

    @property
    def is_selected(self) -> bool:
        """Whether this pane has the focus."""
        return self.pane is not None and self.scene.selected == self.pane.id

    def on_click(self, event: events.Click) -> None:
        """Choose the pane; a double click, or one on its title, also enlarges it."""
        if self.pane:
            self.post_message(self.PaneChosen(self.pane.id, should_zoom=event.y == 0 or event.chain == 2))

    def title_row(self) -> Row:
        """Return the title: digit and name of the pane."""
        if self.pane is None:
            return []
        digit = f"{self.pane.sign} " if self.pane.sign else ""
        return [
            (digit, "focus" if self.is_selected else "muted"),
            (self.pane.title, "focus" if self.is_selected else "title"),
        ]

    def facts(self) -> Sequence[Row]:
        """Return short facts for the upper edge, the most important first."""
        return ()

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return the rows inside the box."""
        return ()

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the box with its content."""
        border = "focus" if self.is_selected else "border"
        try:
            inside = self.inside_rows(width - 2, height - 2)
        except DRAWING_ERRORS as error:
            inside = _error_rows(error, width - 2, height - 2)
        return frame(self.title_row(), self.facts(), inside, width, height, border=border)


def _error_rows(error: Exception, width: int, height: int) -> list[Row]:
    return centre_block([[(f"cannot be drawn: {type(error).__name__}", "warning")]], width, height)
