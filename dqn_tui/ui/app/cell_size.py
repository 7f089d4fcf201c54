"""The size of a terminal's cell, as the kernel knows it from the terminal."""

from __future__ import annotations

import fcntl
import struct
import termios
from contextlib import suppress


def measure_cell(descriptor: int) -> tuple[int, int] | None:
    """Return width and height of a cell in pixels; None where the terminal has not told the kernel."""
    with suppress(OSError):
        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(descriptor, termios.TIOCGWINSZ, bytes(8)))
        if rows and columns and width >= columns and height >= rows:
            return width // columns, height // rows
    return None
