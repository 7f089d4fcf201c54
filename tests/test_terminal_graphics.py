"""Pictures in the terminal's own graphics: found by asking, drawn exactly, and removed without a trace."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from dqn_tui.view.halfblock import fit_picture
from tests.fakes import make_frame
from tests.graphics_terminal import CELL, GraphicsTerminal, Shown
from tests.helpers import program_environment

PROTOCOLS = ["kitty", "iTerm2", "sixel"]


@contextmanager
def rollout(
    protocol: str, *arguments: str, is_silent: bool = False, variables: Mapping[str, str] | None = None
) -> Iterator[GraphicsTerminal]:
    """A paused rollout on a terminal."""
    command = [sys.executable, "-m", "tests.rollout_program", *arguments]
    environment = program_environment(**(variables or {}))
    terminal = GraphicsTerminal(command, protocol, is_silent=is_silent, variables=environment)
    with terminal:
        terminal.wait_for("q Quit")
        yield terminal


def shown(terminal: GraphicsTerminal, step: int) -> Shown:
    """Wait until the terminal shows exactly the picture of a step; return it."""
    picture = make_frame(step).picture
    assert isinstance(picture, np.ndarray)

    def is_there() -> bool:
        images = terminal.images
        return len(images) == 1 and is_close(images[0].pixels, expected(images[0], picture))

    terminal.wait_for(is_there, seconds=20)
    return terminal.images[0]


def expected(image: Shown, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at the size at which it came."""
    tall, wide = image.pixels.shape[:2]
    own_tall, own_wide = picture.shape[:2]
    if tall <= own_tall:
        return fit_picture(picture, wide, tall)
    enlarged: NDArray[np.uint8] = picture[np.arange(tall) * own_tall // tall][:, np.arange(wide) * own_wide // wide]
    return enlarged


def is_close(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Sixels have 101 levels a channel, and similar colours may be one."""
    return one.shape == other.shape and int(np.abs(one.astype(int) - other).max()) <= 9


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_frame_is_drawn_in_pixels_over_blank_cells_and_removed_on_every_way(protocol: str) -> None:
    with rollout(protocol) as terminal:
        first = shown(terminal, 0)
        for y in range(first.y, first.y + first.rows):
            assert terminal.screen.display[y][first.x : first.x + first.columns].strip() == ""
        aspect = first.columns * CELL[0] / (first.rows * CELL[1])
        assert aspect == pytest.approx(600 / 400, rel=0.05)
        terminal.press("right")
        shown(terminal, 1)
        # A dialog covers it.
        terminal.press("?")
        terminal.wait_for(lambda: not terminal.images and "help" in terminal.text.lower())
        terminal.press("esc")
        shown(terminal, 1)
        # Half blocks, and back.
        terminal.press("g")
        terminal.wait_for(lambda: not terminal.images and "▀" in terminal.text)
        terminal.press("right", "g")
        shown(terminal, 2)
        terminal.wait_until_gone("▀")
        # Another size.
        terminal.resize(80, 24)
        terminal.wait_for(lambda: bool(terminal.images) and terminal.images[0].rows < first.rows)
        shown(terminal, 2)
        # Handed back and taken again.
        terminal.press("ctrl+z")
        terminal.wait_for(lambda: not terminal.images)
        terminal.wait_for("q Quit")
        shown(terminal, 2)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
        assert protocol != "kitty" or not terminal.images


@pytest.mark.parametrize("arguments", [("ascii",), ("block",), ("braille",)])
def test_a_marker_that_is_named_asks_nothing_and_draws_with_its_characters(arguments: tuple[str, ...]) -> None:
    with rollout("kitty", *arguments) as terminal:
        terminal.press("g")
        terminal.wait_for("as chosen")
        assert b"\x1b_G" not in terminal.drawn
        assert not terminal.images


@pytest.mark.parametrize("variables", [{"TMUX": "/tmp/x,1,0"}, {"TERM": "screen"}, {"TERM_PROGRAM": "Apple_Terminal"}])
def test_terminals_that_would_lose_pictures_or_print_the_question_are_not_asked(variables: dict[str, str]) -> None:
    with rollout("kitty", variables=variables) as terminal:
        terminal.press("g")
        terminal.wait_for("no graphics of its own")
        assert b"\x1b_G" not in terminal.drawn


@pytest.mark.parametrize("is_silent", [True, False])
def test_a_terminal_without_graphics_keeps_half_blocks_and_takes_every_key(is_silent: bool) -> None:
    with rollout("", is_silent=is_silent) as terminal:
        terminal.wait_for("▀")
        terminal.press("right", "right", "right")
        terminal.wait_for("step    3")
        terminal.press("g")
        terminal.wait_for("no graphics of its own")
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
        assert terminal.modes_left_on == []


def test_an_answer_that_comes_late_and_in_pieces_between_keys_is_no_key() -> None:
    with rollout("", is_silent=True) as terminal:
        terminal.wait_for("▀")
        terminal.press("right")
        terminal.wait_for("step    1")
        terminal.protocol = "kitty"
        for piece in (b"\x1b[C\x1b_Gi=3", b"1;OK\x1b", b"\\\x1b[6;16;8t\x1b[?62", b";22c\x1b[C"):
            terminal.send(piece)
            terminal.read_for(0.3)
        shown(terminal, 3)
        terminal.wait_for("step    3")
