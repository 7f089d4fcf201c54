"""An episode as a file of moving pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from dqn_tui.exports.q_bars import QBars

Pixels = NDArray[np.uint8]

EXTRA = "video"
"""Installs what writes them."""
_WRITERS = {"gif": ("dqn_tui.exports.gif_file", "write_gif"), "mp4": ("dqn_tui.exports.mp4_file", "write_mp4")}
KINDS = tuple(_WRITERS)
# Pictures of the size of a stamp, such as MinAtar's of 10 x 10, are enlarged by a whole number up to this.
_LEAST_SIDE = 160
_ENLARGED_SIDE = 320


class VideoFrame(NamedTuple):
    """One moment of an episode.

    Attributes:
        pixels: the picture, uint8 `[H, W, 3 or 4]`.
        q_values: the Q-value of each action; empty where they are not known.
        action: the action that is taken next; None at the end.
        action_names: a name for each action; empty where they have none.
        episode_return: undiscounted return so far.
    """

    pixels: Pixels
    q_values: Sequence[float] = ()
    action: int | None = None
    action_names: Sequence[str] = ()
    episode_return: float = 0.0


def load_writers(kind: str, *, has_bars: bool) -> None:
    """Load what writes the kind of file, one of `KINDS`.

    Raises:
        ImportError: the extra is not installed.
    """
    import_module(_WRITERS[kind][0])
    if has_bars:
        import_module("dqn_tui.exports.q_bars")


def write_video(
    frames: Iterable[VideoFrame], path: Path, kind: str, frames_per_second: float, *, has_bars: bool = False
) -> None:
    """Write an episode to a file, a picture at a time.

    Args:
        frames: the moments; at least one.
        path: the file; one that exists is overwritten.
        kind: one of `KINDS`.
        frames_per_second: pictures a second.
        has_bars: whether the Q-values are drawn beside the pictures.

    Raises:
        OSError: the file cannot be written.
        Exception: what `frames` raises; the file is then incomplete.
    """
    module, name = _WRITERS[kind]
    getattr(import_module(module), name)(_compose(frames, has_bars=has_bars), path, frames_per_second)


def _compose(frames: Iterable[VideoFrame], *, has_bars: bool) -> Iterator[Pixels]:
    """Yield pictures of one size, that of the first."""
    factor, size, bars = 1, (0, 0), None
    for frame in frames:
        pixels = frame.pixels[..., :3]
        if size == (0, 0):
            size = pixels.shape[:2]
            side = max(size)
            factor = _ENLARGED_SIDE // side if side < _LEAST_SIDE else 1
            bars = _make_bars(frame, factor * size[0]) if has_bars else None
        picture = _cropped(pixels, size).repeat(factor, axis=0).repeat(factor, axis=1)
        if bars is not None:
            picture = np.hstack([picture, bars.draw(frame.q_values, frame.action)])
        yield picture


def _make_bars(frame: VideoFrame, height: int) -> QBars:
    from dqn_tui.exports.q_bars import QBars

    return QBars(frame.action_names, height)


def _cropped(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Return the picture at a size: cut, or with black at the right and at the bottom."""
    if pixels.shape[:2] == size:
        return pixels
    picture = np.zeros((*size, 3), dtype=np.uint8)
    rows, columns = min(size[0], pixels.shape[0]), min(size[1], pixels.shape[1])
    picture[:rows, :columns] = pixels[:rows, :columns]
    return picture
