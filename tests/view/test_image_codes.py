"""Pictures as codes of kitty, iTerm2 and sixel terminals, read back by decoders of others or written out plainly."""

from __future__ import annotations

import io
import re
import zlib
from base64 import b64decode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from dqn_tui.view.iterm_image import encode_png, iterm_image
from dqn_tui.view.kitty_image import erase_kitty_image, kitty_image
from dqn_tui.view.sixel_image import sixel_image
from tests.graphics_terminal import decode_sixels


def noise(tall: int, wide: int, seed: int = 1, levels: int = 256) -> NDArray[np.uint8]:
    generator = np.random.default_rng(seed)
    return (generator.integers(0, levels, (tall, wide, 3)) * (255 // (levels - 1))).astype(np.uint8)


def decoded_sixels(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    code = sixel_image(pixels)
    assert code.startswith("\x1bP")
    assert code.endswith("\x1b\\")
    return decode_sixels(code[2:-2]).astype(np.int64)


@pytest.mark.parametrize(("box", "size"), [(None, ""), ((7, 3), ",c=7,r=3")])
def test_a_kitty_picture_comes_in_pieces_of_4096_letters(box: tuple[int, int] | None, size: str) -> None:
    pixels = noise(50, 70)
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", kitty_image(pixels, 12, box))
    head, *others = [head for head, _ in pieces]
    assert head == f"a=T,q=2,C=1,f=24,o=z,i=12,p=1,s=70,v=50{size},m=1"
    assert others == ["m=1"] * (len(pieces) - 2) + ["m=0"]
    assert all(len(data) == 4096 for _, data in pieces[:-1])
    raw = zlib.decompress(b64decode("".join(data for _, data in pieces)))
    assert raw == pixels.tobytes()
    assert erase_kitty_image(12) == "\x1b_Ga=d,d=I,q=2,i=12\x1b\\"


def test_a_small_kitty_picture_is_one_piece() -> None:
    assert re.fullmatch(r"\x1b_G[^;]*,m=0;[^\x1b]*\x1b\\", kitty_image(np.zeros((2, 3, 3), np.uint8), 1))


@given(st.integers(1, 30), st.integers(1, 30))
def test_another_library_reads_the_png(tall: int, wide: int) -> None:
    pixels = noise(tall, wide)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)


def test_an_iterm_picture_names_its_size_in_cells() -> None:
    file = encode_png(noise(4, 5))
    code = iterm_image(noise(4, 5), (9, 2))
    head, _, data = code.removeprefix("\x1b]1337;File=").removesuffix("\a").partition(":")
    assert head == f"inline=1;size={len(file)};width=9;height=2;preserveAspectRatio=1;doNotMoveCursor=1"
    assert b64decode(data) == file


def test_sixels_of_two_colours_by_hand() -> None:
    # Seven rows: a white column of six, its fourth pixel black, then another band of one row.
    pixels = np.full((7, 1, 3), 255, np.uint8)
    pixels[3] = 0
    assert sixel_image(pixels) == '\x1bP0;1q"1;1;1;7#0;2;100;100;100#1;2;0;0;0#0v$#1G-#0@\x1b\\'


def test_long_runs_of_sixels_are_counted() -> None:
    assert sixel_image(np.zeros((6, 300, 3), np.uint8)) == '\x1bP0;1q"1;1;300;6#0;2;0;0;0#0!300~\x1b\\'


@given(st.integers(1, 20), st.integers(1, 30), st.integers(2, 6), st.integers(0, 9))
def test_sixels_of_few_colours_are_exact_to_a_percent(tall: int, wide: int, levels: int, seed: int) -> None:
    pixels = noise(tall, wide, seed, levels)
    assert np.abs(decoded_sixels(pixels) - pixels).max() <= 2


def test_sixels_of_many_colours_are_near() -> None:
    ramp = np.zeros((64, 64, 3), np.uint8)
    ramp[..., 0] = np.arange(64) * 4
    ramp[..., 1] = np.arange(64)[:, np.newaxis] * 4
    assert np.abs(decoded_sixels(ramp) - ramp).max() <= 18
    assert np.abs(decoded_sixels(noise(60, 60)) - noise(60, 60)).mean() < 30
