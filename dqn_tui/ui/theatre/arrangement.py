"""The places of a rollout's picture and its numbers in a panel."""

from __future__ import annotations

from typing import NamedTuple

from dqn_tui.ui.theatre.picture import Drawing

_GAP = 2
# Numbers are easier to read below the picture; beside it, the picture must be larger by this factor.
_LEAST_GAIN = 1.2


class Arrangement(NamedTuple):
    """The spaces, in cells.

    Attributes:
        is_beside: whether the numbers are right of the picture, else below it.
        picture: columns and rows that the picture takes.
        numbers: columns and rows for the numbers.
    """

    is_beside: bool
    picture: tuple[int, int]
    numbers: tuple[int, int]


def arrange(drawing: Drawing, wanted: tuple[int, int], width: int, height: int) -> Arrangement:
    """Return the arrangement that shows the picture larger: stacked, or side by side.

    Args:
        drawing: the picture.
        wanted: columns and rows with which all numbers are readable.
        width: columns of the panel.
        height: rows of the panel.
    """
    stacked, beside = _stack(drawing, wanted[1], width, height), _beside(drawing, wanted[0], width, height)
    is_cut = stacked.numbers[1] < wanted[1] <= height
    least = _area(stacked) * (0.8 if is_cut else _LEAST_GAIN)
    return beside if _area(beside) and _area(beside) > least else stacked


def _stack(drawing: Drawing, wanted: int, width: int, height: int) -> Arrangement:
    """Return the picture on top; the numbers get two fifths of the height if they need it, or all that is left."""
    least = min(wanted, max(min(2, height - 1), height * 2 // 5))
    picture = drawing.size(width, max(0, height - least))
    return Arrangement(is_beside=False, picture=picture, numbers=(width, height - picture[1]))


def _beside(drawing: Drawing, wanted: int, width: int, height: int) -> Arrangement:
    """Return the picture on the left; the numbers get all that it leaves."""
    numbers = max(wanted, width * 3 // 10)
    picture = drawing.size(max(0, width - numbers - _GAP), height)
    return Arrangement(is_beside=True, picture=picture, numbers=(width - picture[0] - _GAP, height))


def _area(arrangement: Arrangement) -> int:
    return arrangement.picture[0] * arrangement.picture[1]
