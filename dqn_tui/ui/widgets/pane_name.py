"""The identity of a pane: what the user and the code call it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PaneName:
    """The names of one pane.

    Attributes:
        id: unique name in the code; also the id of the widget.
        title: text in the upper edge of its box.
        short_title: text in a row of its own, where `title` is longer than nine cells.
        digit: key that focuses it; None where only tab, the palette and the mouse do.
        key: another key that opens it; empty where none does.
        about: what it shows, in a few words, for the help screen and the README.
    """

    id: str
    title: str
    short_title: str = ""
    digit: int | None = None
    key: str = ""
    about: str = ""

    @property
    def short(self) -> str:
        """The title that fits a row of one line."""
        return self.short_title or self.title

    @property
    def sign(self) -> str:
        """The digit or the other key, or an empty string."""
        return self.key if self.digit is None else str(self.digit)
