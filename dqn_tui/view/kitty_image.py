"""Pictures in kitty's graphics protocol, which Ghostty, WezTerm and Konsole speak, too.

https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

import zlib
from base64 import standard_b64encode

import numpy as np
from numpy.typing import NDArray

# The protocol's limit for a piece of encoded data.
_PIECE = 4096
# Most of a rendered picture is even: the fastest level takes a fifth of the time and is a third larger.
_LEVEL = 1


def kitty_image(pixels: NDArray[np.uint8], number: int, box: tuple[int, int] | None = None) -> str:
    """Return what draws a picture at the cursor, in place of the one that had its number before.

    The terminal answers nothing, and the cursor stays where it is.

    Args:
        pixels: uint8 RGB `[H, W, 3]`.
        number: names the picture, from 1 to 2**32 - 1.
        box: columns and rows of cells that the terminal stretches it to; None shows each pixel as one.
    """
    data = standard_b64encode(zlib.compress(np.ascontiguousarray(pixels).data, _LEVEL)).decode()
    size = f",c={box[0]},r={box[1]}" if box else ""
    head = f"a=T,q=2,C=1,f=24,o=z,i={number},p=1,s={pixels.shape[1]},v={pixels.shape[0]}{size},"
    pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
    last = len(pieces) - 1
    return "".join(
        f"\x1b_G{'' if place else head}m={int(place < last)};{piece}\x1b\\" for place, piece in enumerate(pieces)
    )


def erase_kitty_image(number: int) -> str:
    """Return what removes the picture of that number and frees its memory."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"
