"""Pictures as an MP4 video (H.264), passed one after the other to the ffmpeg that comes with imageio-ffmpeg."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# The temporary file's name does not end in .mp4; and the index comes first, so that a browser need not load it all.
_FORMAT = ["-f", "mp4", "-movflags", "+faststart"]
# From 1 to 10: lines and letters stay sharp.
_QUALITY = 8


def write_mp4(frames: Iterable[Pixels], path: Path, frames_per_second: float) -> None:
    """Write a video, as exact as H.264 with half of the colour's resolution is.

    Args:
        frames: uint8 RGB `[H, W, 3]`, all of one size; at least one.
        path: the file; one that exists is overwritten.
        frames_per_second: pictures a second.

    Raises:
        OSError: the file is not complete.
    """
    writer, count = None, 0
    try:
        for pixels in frames:
            even = _even(pixels)
            if writer is None:
                writer = imageio_ffmpeg.write_frames(
                    path, even.shape[1::-1], fps=frames_per_second, quality=_QUALITY, macro_block_size=2,
                    ffmpeg_log_level="error", output_params=_FORMAT,
                )  # fmt: skip
                writer.send(None)
            writer.send(np.ascontiguousarray(even))
            count += 1
    finally:
        if writer is not None:
            # Waits for ffmpeg, which has the last pictures still to write.
            writer.close()
    _check(path, count)


def _check(path: Path, count: int) -> None:
    """Compare what is in the file with what was passed on: ffmpeg's own complaints get lost."""
    try:
        written, _ = imageio_ffmpeg.count_frames_and_secs(str(path))
    except RuntimeError as error:
        raise OSError(f"ffmpeg wrote no video: {str(error).splitlines()[0]}") from None
    if written != count:
        raise OSError(f"ffmpeg wrote {written} of {count} pictures")


def _even(pixels: Pixels) -> Pixels:
    """Return the picture with an even number of rows and columns, as H.264 demands: the last ones are repeated."""
    tall, wide = pixels.shape[:2]
    return np.pad(pixels, ((0, tall % 2), (0, wide % 2), (0, 0)), mode="edge")
