"""Pictures in the terminal's own graphics, over the cells that panels leave blank for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from itertools import count
from os import getpid
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from dqn_tui.view.terminal_graphics import Graphics, GraphicsProtocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Encoding takes no more of the time than this, whatever the pictures cost.
_SHARE_OF_TIME = 0.25
_BEHIND_SECONDS = 0.03
# Synchronized output: the terminal shows all of it at once.
_HOLD, _SHOW = "\x1b[?2026h", "\x1b[?2026l"


@dataclass(frozen=True)
class Place:
    """Cells of the screen: column and row of the first, columns and rows."""

    x: int
    y: int
    columns: int
    rows: int


@dataclass(frozen=True)
class PlacedPicture:
    """A picture, and where it is shown.

    Attributes:
        place: the cells that it is drawn over.
        pixels: uint8 RGB `[H, W, 3]`.
        size: width and height in pixels of the screen; the terminal stretches others to the place.
        version: changes whenever the cells below are drawn again.
    """

    place: Place
    pixels: NDArray[np.uint8] = field(compare=False)
    size: tuple[int, int]
    version: Hashable = None

    def is_same(self, other: PlacedPicture | None) -> bool:
        """Return whether the other one, once drawn, leaves nothing to draw."""
        return other is not None and self == other and self.pixels is other.pixels


class PictureOwner(Protocol):
    """A panel that shows pictures."""

    @property
    def screen(self) -> Screen[object]:
        """The screen that it is on."""

    def placed_pictures(self) -> list[PlacedPicture]:
        """Return the pictures that it shows now; none while it is not on the screen."""


class ShownPictures:
    """Draws the pictures of all panels, and removes them.

    Args:
        write: sends codes to the terminal.
        is_behind: whether the terminal has yet to take what was written; then pictures are left out.
        is_blank: whether nothing is printed in so many columns and rows from a column and row on.
        redraw: draws all cells again, which removes pictures that are drawn into the cells.
        later: calls a function after so many seconds.

    Attributes:
        graphics: what the terminal can do; None where it shows no pictures.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        is_behind: Callable[[], bool],
        is_blank: Callable[[int, int, int, int], bool],
        redraw: Callable[[], None],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self.graphics: Graphics | None = None
        self._write, self._is_behind, self._is_blank = write, is_behind, is_blank
        self._redraw, self._later = redraw, later
        self._drawn: dict[PictureOwner, list[tuple[int, PlacedPicture]]] = {}
        self._next_at = 0.0
        self._is_waiting = False
        # Other programs of the same window number theirs, too.
        self._numbers = count(getpid() % 60_000 * 10_000 + 1)

    def add(self, owner: PictureOwner) -> None:
        """Show the pictures of a panel from now on."""
        self._drawn.setdefault(owner, [])

    def drop(self, owner: PictureOwner) -> None:
        """Show them no more."""
        self._remove(self._drawn.pop(owner, []))

    def erase(self) -> str:
        """Return the codes that remove all pictures, whatever is drawn afterwards."""
        drawn = [number for pictures in self._drawn.values() for number, _ in pictures]
        self._drawn = {owner: [] for owner in self._drawn}
        return _erase(drawn) if self._is_above_text else ""

    def note_redrawing(self) -> None:
        """Note that all cells were drawn again, and pictures in them are gone."""
        if not self._is_above_text:
            self._drawn = {owner: [] for owner in self._drawn}

    def update(self) -> None:
        """Bring the terminal up to date, or do it a little later where it is behind or that took long.

        A picture is drawn once the cells below it are blank: text that came later would erase it.
        """
        if self.graphics is None or not self._drawn:
            return
        wait = self._next_at - monotonic()
        if self._is_behind():
            wait = max(wait, _BEHIND_SECONDS)
        wanted = {owner: [one for one in owner.placed_pictures() if self._is_ready(one)] for owner in self._drawn}
        if self._has_moved(wanted):
            return
        if wait <= 0:
            self._draw(wanted)
        elif not self._is_waiting and self._is_changed(wanted):
            self._is_waiting = True
            self._later(wait, self._update_after_wait)

    def _is_ready(self, picture: PlacedPicture) -> bool:
        place = picture.place
        return self._is_blank(place.x, place.y, place.columns, place.rows)

    def _update_after_wait(self) -> None:
        self._is_waiting = False
        self.update()

    @property
    def _is_above_text(self) -> bool:
        """Whether pictures lie over the cells instead of in them."""
        return self.graphics is not None and self.graphics.protocol is GraphicsProtocol.KITTY

    def _is_changed(self, wanted: dict[PictureOwner, list[PlacedPicture]]) -> bool:
        return any(
            len(pictures) != len(self._drawn[owner])
            or not all(new.is_same(old) for new, (_, old) in zip(pictures, self._drawn[owner], strict=True))
            for owner, pictures in wanted.items()
        )

    def _has_moved(self, wanted: dict[PictureOwner, list[PlacedPicture]]) -> bool:
        """Remove pictures from places where they are no more; return whether all cells are drawn again for it."""
        gone = []
        for owner, pictures in wanted.items():
            places = [picture.place for picture in pictures]
            kept = [one for one in self._drawn[owner] if one[1].place in places]
            gone += [one for one in self._drawn[owner] if one not in kept]
            self._drawn[owner] = kept
        return self._remove(gone)

    def _remove(self, drawn: list[tuple[int, PlacedPicture]]) -> bool:
        """Remove pictures; return whether all cells are drawn again for it."""
        if not drawn:
            return False
        if self._is_above_text:
            self._write(_erase([number for number, _ in drawn]))
            return False
        self._redraw()
        return True

    def _draw(self, wanted: dict[PictureOwner, list[PlacedPicture]]) -> None:
        start = monotonic()
        codes = []
        for owner, pictures in wanted.items():
            drawn = {one.place: (number, one) for number, one in self._drawn[owner]}
            self._drawn[owner] = []
            for picture in pictures:
                number, before = drawn.get(picture.place, (0, None))
                number = number or next(self._numbers)
                if not picture.is_same(before):
                    codes.append(self._encode(picture, number))
                self._drawn[owner].append((number, picture))
        if codes:
            self._write(f"{_HOLD}{''.join(codes)}{_SHOW}")
        self._next_at = monotonic() + (monotonic() - start) * (1 / _SHARE_OF_TIME - 1)

    def _encode(self, picture: PlacedPicture, number: int) -> str:
        # Screens without pictures are there before numpy is.
        from dqn_tui.view.iterm_image import iterm_image
        from dqn_tui.view.kitty_image import kitty_image
        from dqn_tui.view.sixel_image import sixel_image

        assert self.graphics is not None
        place, pixels, size = picture.place, picture.pixels, picture.size
        box = (place.columns, place.rows)
        match self.graphics.protocol:
            case GraphicsProtocol.KITTY:
                code = kitty_image(pixels, number, None if pixels.shape[1::-1] == size else box)
            case GraphicsProtocol.ITERM:
                code = iterm_image(pixels, box)
            case GraphicsProtocol.SIXEL:
                code = sixel_image(pixels, size)
        return f"\x1b[{place.y + 1};{place.x + 1}H{code}"


def _erase(numbers: list[int]) -> str:
    from dqn_tui.view.kitty_image import erase_kitty_image

    return "".join(map(erase_kitty_image, numbers))
