"""A field for one line of text."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from dqn_tui.ui.widgets.rows import ascii_only
from dqn_tui.ui.widgets.scene import Scene


class LineInput(Input):
    """Textual's input in one row; escape gives up."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "give_up", show=False)]
    DEFAULT_CSS = """
    LineInput, LineInput:focus { border: none; height: 1; padding: 0; background: $background; width: 1fr; }
    """

    class GivenUp(Message):
        """The user pressed escape."""

        def __init__(self, field: LineInput) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> LineInput:
            """The field, for `on`."""
            return self.field

    def __init__(self, scene: Scene, **options: Any) -> None:
        super().__init__(compact=True, **options)
        self._scene = scene

    def render_line(self, y: int) -> Strip:
        """Return the row, in ASCII where the terminal shows nothing else."""
        strip = super().render_line(y)
        if not self._scene.is_ascii:
            return strip
        return Strip([Segment(ascii_only(part.text), part.style, part.control) for part in strip], strip.cell_length)

    def action_give_up(self) -> None:
        """Say that nothing shall come of it."""
        self.post_message(self.GivenUp(self))
