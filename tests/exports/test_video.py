"""Episodes as GIF and MP4, opened by libraries that did not write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dqn_tui.exports.video import VideoFrame, write_video

pytest.importorskip("imageio_ffmpeg")
av = pytest.importorskip("av")
from PIL import Image  # noqa: E402

from dqn_tui.exports.gif_file import _timed  # noqa: E402
from dqn_tui.exports.q_bars import QBars  # noqa: E402

Pixels = NDArray[np.uint8]


def moving(count: int, size: tuple[int, int] = (180, 240)) -> list[Pixels]:
    """A red block that moves over a shaded ground; the third picture is the second again."""
    frames = []
    for number in range(count):
        picture = np.zeros((*size, 3), np.uint8)
        picture[..., 2] = np.arange(size[1]) // 8 * 8
        x = 8 * (number - (number >= 2))
        picture[20:60, x : x + 40] = (230, 30, 10)
        frames.append(picture)
    return frames


def write(path: Path, frames: Sequence[Pixels], fps: float, kind: str = "gif") -> None:
    write_video(map(VideoFrame, frames), path, kind, fps)


def read_gif(path: Path) -> tuple[list[Pixels], list[int]]:
    frames, durations = [], []
    with Image.open(path) as image:
        assert image.format == "GIF"
        assert image.info["loop"] == 0
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            durations.append(int(image.info["duration"]))
            frames.append(np.asarray(image.convert("RGB")))
    return frames, durations


def read_mp4(path: Path) -> tuple[list[Pixels], float]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return frames, container.duration / av.time_base


def test_every_picture_of_a_gif_is_exact(tmp_path: Path) -> None:
    frames = moving(7)
    write(tmp_path / "a.gif", frames, 50)
    read, durations = read_gif(tmp_path / "a.gif")
    np.testing.assert_array_equal(read, frames)
    assert durations == [20] * 7


@pytest.mark.parametrize(
    ("fps", "count", "durations"),
    [
        (30, 6, [30, 40, 30, 30, 40, 30]),
        (15, 3, [70, 60, 70]),
        (2, 2, [500, 500]),
        # A hundredth of a second is too short to be shown: every other picture.
        (100, 6, [20, 20, 20]),
        (50, 1, [20]),
    ],
)
def test_durations_are_hundredths_that_add_up(tmp_path: Path, fps: float, count: int, durations: list[int]) -> None:
    write(tmp_path / "a.gif", moving(count), fps)
    assert read_gif(tmp_path / "a.gif")[1] == durations


@given(st.integers(1, 200), st.floats(0.5, 240))
def test_a_gif_is_never_a_hundredth_off(count: int, fps: float) -> None:
    timed = list(_timed(iter([np.zeros((1, 1, 3), np.uint8)] * count), fps))
    assert all(one.centiseconds >= 2 for one in timed)
    total = sum(one.centiseconds for one in timed)
    assert abs(total - 100 * count / fps) <= 2
    if fps <= 40:
        assert len(timed) == count


def test_more_than_256_colours_are_near(tmp_path: Path) -> None:
    ramp = np.zeros((200, 200, 3), np.uint8)
    ramp[..., 0], ramp[..., 1] = np.arange(200), np.arange(200)[:, np.newaxis]
    write(tmp_path / "a.gif", [ramp, ramp], 10)
    read, _ = read_gif(tmp_path / "a.gif")
    assert np.abs(read[1].astype(int) - ramp).mean() < 8


@pytest.mark.parametrize("size", [(180, 240), (161, 203)])
def test_an_mp4_has_every_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    frames = moving(12, size)
    write(tmp_path / "a.mp4", frames, 25, "mp4")
    read, seconds = read_mp4(tmp_path / "a.mp4")
    assert len(read) == 12
    assert seconds == pytest.approx(12 / 25, abs=0.01)
    for number in (0, 11):
        assert read[number].shape[:2] == (size[0] + size[0] % 2, size[1] + size[1] % 2)
        difference = np.abs(read[number][: size[0], : size[1]].astype(int) - frames[number])
        assert difference.mean() < 6


def test_pictures_like_stamps_are_enlarged_by_a_whole_number(tmp_path: Path) -> None:
    stamp = np.random.default_rng(1).integers(0, 256, (10, 12, 3), dtype=np.uint8)
    write(tmp_path / "a.gif", [stamp], 10)
    np.testing.assert_array_equal(read_gif(tmp_path / "a.gif")[0][0], stamp.repeat(26, axis=0).repeat(26, axis=1))


def test_all_pictures_have_the_size_of_the_first(tmp_path: Path) -> None:
    first, larger, smaller = (np.full((tall, 200, 3), 90, np.uint8) for tall in (170, 190, 165))
    write(tmp_path / "a.gif", [first, larger, smaller], 10)
    read, _ = read_gif(tmp_path / "a.gif")
    assert {frame.shape for frame in read} == {(170, 200, 3)}
    assert (read[1] == 90).all()
    assert (read[2][165:] == 0).all()


def test_what_is_written_cannot_be_watched_to_its_end_when_the_source_fails(tmp_path: Path) -> None:
    def failing() -> list[VideoFrame]:
        raise ValueError("the motor burnt out")

    for kind in ("gif", "mp4"):
        with pytest.raises(ValueError, match="burnt out"):
            write_video((one for _ in range(1) for one in failing()), tmp_path / kind, kind, 10)


def lengths(bars: Pixels, colour: tuple[int, int, int]) -> list[int]:
    """Width of each bar of a colour, from the top."""
    rows = (np.abs(bars.astype(int) - colour).max(axis=2) < 3).sum(axis=1)
    starts = np.flatnonzero((rows > 0) & (np.roll(rows, 1) == 0))
    return [int(rows[start]) for start in starts]


def test_bars_are_as_long_as_the_values_and_the_chosen_one_is_green() -> None:
    bars = QBars(("left", "right"), 400)
    picture = bars.draw((5.0, 10.0), 1)
    assert picture.shape == (400, 200, 3)
    (blue,), (green,) = lengths(picture, (0x35, 0x50, 0x6B)), lengths(picture, (0x2F, 0x8F, 0x5B))
    assert blue == pytest.approx(green / 2, abs=2)
    # The scale includes what was drawn before.
    assert lengths(bars.draw((5.0, 2.0), 0), (0x2F, 0x8F, 0x5B))[0] == pytest.approx(green / 2, abs=2)


def test_bars_of_many_actions_keep_the_best_and_the_one_that_is_taken() -> None:
    values = [*np.linspace(1, 2, 200), float("nan")]
    picture = QBars((), 120).draw(values, 0)
    assert picture.shape == (120, 120, 3)
    assert lengths(picture, (0x2F, 0x8F, 0x5B))
    assert QBars((), 60).draw((float("nan"), float("inf")), None).shape == (60, 120, 3)


def test_bars_stand_beside_the_picture(tmp_path: Path) -> None:
    picture = np.full((200, 300, 3), 255, np.uint8)
    frames = [VideoFrame(picture, (1.0, 2.0), 1, ("left", "right")), VideoFrame(picture, (1.0, 2.0), None)]
    write_video(frames, tmp_path / "a.gif", "gif", 10, has_bars=True)
    read, _ = read_gif(tmp_path / "a.gif")
    assert read[0].shape == (200, 300 + 120, 3)
    assert (read[0][:, :300] == 255).all()
    assert lengths(read[0][:, 300:], (0x2F, 0x8F, 0x5B))
    assert not lengths(read[1][:, 300:], (0x2F, 0x8F, 0x5B))
