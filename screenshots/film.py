"""A moving picture of a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from screenshots.painter import Cells, Painter, copy_cells
from tests.terminal import Terminal

FRAME_SECONDS = 0.12
"""Time between two frames; GIF counts in hundredths."""
_COLORS = 64
_SAMPLES = 12
_LONGEST_SECONDS = 900


class Film:
    """Frames of what is on a terminal, taken at a steady pace of real time.

    A scene that takes longer than its limit is thinned, so that the film is the same length on a slow machine.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._frames: list[Cells] = []

    def roll(self, condition: Callable[[], bool], longest_seconds: float = float("inf")) -> None:
        """Film a scene until `condition` holds, and thin it to `longest_seconds`."""
        frames = []
        start = time.monotonic()
        while not condition():
            assert time.monotonic() - start < _LONGEST_SECONDS, self._terminal.text
            self._terminal.read_for(FRAME_SECONDS)
            frames.append(copy_cells(self._terminal.screen))
        self._frames += _thin(frames, longest_seconds)

    def roll_for(self, seconds: float) -> None:
        """Film for so long."""
        end = time.monotonic() + seconds
        self.roll(lambda: time.monotonic() >= end, seconds)

    def save(self, path: Path, painter: Painter) -> None:
        """Write the frames as a GIF that repeats, in one palette for all of them."""
        sampled = self._frames[:: max(1, len(self._frames) // _SAMPLES)]
        palette = _make_palette([painter.paint(cells) for cells in sampled])
        images = [painter.paint(cells).quantize(palette=palette, dither=Image.Dither.NONE) for cells in self._frames]
        milliseconds = round(1000 * FRAME_SECONDS)
        images[0].save(
            path, save_all=True, append_images=images[1:], duration=milliseconds, loop=0, optimize=True, disposal=1
        )


def _thin(frames: Sequence[Cells], longest_seconds: float) -> list[Cells]:
    """Return at most so many frames, evenly spaced, the last one among them."""
    count = int(min(len(frames), longest_seconds / FRAME_SECONDS))
    return [frames[round((place + 1) * len(frames) / count) - 1] for place in range(count)]


def _make_palette(images: Sequence[Image.Image]) -> Image.Image:
    """Return a palette of the colours of all images."""
    width, height = images[0].size
    sheet = Image.new("RGB", (width, height * len(images)))
    for number, image in enumerate(images):
        sheet.paste(image, (0, number * height))
    return sheet.quantize(_COLORS, method=Image.Quantize.MEDIANCUT)
