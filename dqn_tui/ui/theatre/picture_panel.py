"""The base class of panels that show pictures in the terminal's own graphics, where it has some."""

from __future__ import annotations

from typing import NamedTuple

from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.strip import Strip

from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.app.shown_pictures import Place, PlacedPicture
from dqn_tui.ui.theatre.sharp_picture import BelowPicture, SharpPicture
from dqn_tui.ui.widgets.panel import FramedPanel


class _Found(NamedTuple):
    """A picture in the rows of the panel: column and row of its first cell."""

    x: int
    y: int
    picture: SharpPicture


class PicturePanel(FramedPanel):
    """A panel whose rows may hold pictures, wherever they are in them; those that are cut are not shown."""

    _found: tuple[_Found, ...] = ()
    _version = 0

    def on_mount(self) -> None:
        """Have the pictures drawn with the cells of the screen."""
        if isinstance(self.app, DqnTuiApp):
            self.app.pictures.add(self)

    def on_unmount(self) -> None:
        """Remove the pictures with the panel."""
        if isinstance(self.app, DqnTuiApp):
            self.app.pictures.drop(self)

    def placed_pictures(self) -> list[PlacedPicture]:
        """Return the pictures and where on the screen they are; none while the panel is hidden or covered."""
        if not self._found or self.scene.picture_cell is None or not self.is_attached:
            return []
        try:
            region = self.screen.find_widget(self).visible_region
        except (NoMatches, NoScreen):
            return []
        if region.size != self.size or not self.screen.is_active:
            return []
        return [
            PlacedPicture(
                Place(region.x + x, region.y + y, *picture.cells), picture.pixels, picture.size, self._version
            )
            for x, y, picture in self._found
        ]

    def _build(self) -> list[Strip]:
        strips = super()._build()
        before, self._found = self._found, tuple(_find_pictures(strips))
        if (before or self._found) and isinstance(self.app, DqnTuiApp):
            if strips != self._strips:
                # The cells below are written again.
                self._version += 1
            # Where only the picture has changed, no cell is drawn again.
            self.call_later(self.app.pictures.update)
        return strips


def _find_pictures(strips: list[Strip]) -> list[_Found]:
    """Return the pictures of which all cells are there."""
    found: list[_Found] = []
    rows_of: dict[int, int] = {}
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            style = segment.style
            if isinstance(style, BelowPicture) and len(segment.text) == style.picture.cells[0]:
                rows_of[id(style.picture)] = rows_of.get(id(style.picture), 0) + 1
                if style.row == 0:
                    found.append(_Found(x, y, style.picture))
            x += segment.cell_length
    return [one for one in found if rows_of[id(one.picture)] == one.picture.cells[1]]
