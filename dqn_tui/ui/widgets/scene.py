"""The state that every panel draws from."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.view.text import ASCII


@dataclass
class Scene:
    """State of one screen. The screen writes it; its panels only read it.

    Attributes:
        marker: braille, block or ascii.
        colors: styles under the current theme.
        selected: id of the focused pane.
        version: grows with every change that concerns all panels.
        picture_cell: width and height in pixels of a cell where pictures are drawn in the terminal's own graphics; None
            where they are drawn with characters.
    """

    marker: str = "braille"
    colors: Colors = field(default_factory=lambda: Colors({}))
    selected: str = ""
    version: int = 0
    picture_cell: tuple[int, int] | None = None

    @property
    def is_ascii(self) -> bool:
        """Whether only ASCII may reach the terminal."""
        return self.marker == ASCII

    @property
    def content_version(self) -> int:
        """The version of what is drawn by panels that say nothing else."""
        return 0

    @property
    def key(self) -> Hashable:
        """What all panels depend on."""
        return self.version
