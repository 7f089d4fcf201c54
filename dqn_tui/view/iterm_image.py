"""Pictures in iTerm2's protocol: a PNG file that the terminal shows in its place.

https://iterm2.com/documentation-images.html
"""

from __future__ import annotations

import struct
import zlib
from base64 import standard_b64encode

import numpy as np
from numpy.typing import NDArray

_LEVEL = 1


def iterm_image(pixels: NDArray[np.uint8], box: tuple[int, int]) -> str:
    """Return what draws a picture at the cursor.

    Args:
        pixels: uint8 RGB `[H, W, 3]`.
        box: columns and rows of cells that the terminal fits it into, keeping its proportions.
    """
    file = encode_png(pixels)
    arguments = f"inline=1;size={len(file)};width={box[0]};height={box[1]};preserveAspectRatio=1;doNotMoveCursor=1"
    return f"\x1b]1337;File={arguments}:{standard_b64encode(file).decode()}\a"


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG file of uint8 RGB `[H, W, 3]`."""
    tall, wide = pixels.shape[:2]
    # Each line begins with the number of its filter: none.
    lines = np.zeros((tall, 1 + 3 * wide), dtype=np.uint8)
    lines[:, 1:] = pixels.reshape(tall, 3 * wide)
    header = struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0)
    content = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.data, _LEVEL)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in content)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
