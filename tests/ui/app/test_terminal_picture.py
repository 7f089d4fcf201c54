"""What a terminal shows after an update that writes only the difference is what it shows after a whole one."""

from __future__ import annotations

from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from dqn_tui.ui.app.terminal_picture import LeanUpdate, Look, TerminalPicture

WIDTH, HEIGHT = 30, 4
STYLES = (
    None,
    Style(),
    Style(color="#ff8800", bgcolor="#121212"),
    Style(color="#ff8800", bgcolor="#121212", bold=True),
    Style(color="#0088ff", bgcolor="#121212"),
    Style(color="#0088ff", bgcolor="#303030", underline=True),
    Style(color="red", reverse=True, bold=True),
    Style(color="default", bgcolor="default", italic=True),
    Style(dim=True),
    Style(bgcolor="#0088ff"),
)
TEXTS = ("", " ", "   ", "a", "ab", "Return ", "⣀⡠⠤ ⠒", "██", "│ │")
STRIP = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES)), max_size=6)
DRAWN = st.lists(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), STRIP), max_size=6)


def console_with(system: Any = "truecolor") -> Console:
    return Console(force_terminal=True, color_system=system, width=WIDTH)


def strip_of(parts: list[tuple[str, Style | None]], x: int = 0) -> Strip:
    return Strip([Segment(text, style) for text, style in parts]).crop(0, WIDTH - x)


class Screen:
    """A terminal as pyte emulates it."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    @property
    def cells(self) -> list[list[tuple[Any, ...]]]:
        """All cells; a blank has no colour of its own, unless something on it shows that."""
        return [[self._cell(self.screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]

    @staticmethod
    def _cell(char: Any) -> tuple[Any, ...]:
        if char.data == " " and not (char.reverse or char.underscore or char.strikethrough):
            return (" ", char.bg)
        return tuple(char)


def whole(strips: list[tuple[int, int, Strip]], console: Console) -> str:
    """The same as Textual writes it."""
    return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for y, x, strip in strips)


@settings(max_examples=100, deadline=None)
@given(st.lists(DRAWN, max_size=6))
def test_differences_lead_to_the_same_screen_as_everything(frames: Any) -> None:
    picture, console, lean, full = TerminalPicture(), console_with(), Screen(), Screen()
    for frame in frames:
        strips = [(y, x, strip_of(parts, x)) for y, x, parts in frame]
        lean.feed(picture.write_strips(strips, console))
        full.feed(whole(strips, console))
        assert lean.cells == full.cells


@pytest.mark.parametrize("text", ["漢字 e", "e\u0301 ab", "👍🏽"])
def test_a_row_with_characters_of_other_widths_is_written_whole_and_so_is_what_follows_it(text: str) -> None:
    picture, console = TerminalPicture(), console_with()
    odd, even = (strip_of([(one, STYLES[2])]).adjust_cell_length(WIDTH) for one in (text, "abc"))
    for strip in (even, odd, odd, even):
        drawn = picture.write_strips([(1, 0, strip)], console)
        assert strip.text.rstrip() in drawn
        assert drawn.startswith("\x1b[2;1H")


@pytest.mark.parametrize(
    ("system", "codes"),
    [("256", "38;5;208;48;5;233"), ("standard", "91;40"), (None, "38;2;255;136;0;48;2;18;18;18")],
)
def test_colours_are_those_that_the_terminal_has(system: Any, codes: str) -> None:
    strip = strip_of([("a", Style(color="#ff8800", bgcolor="#121212"))])
    assert codes in TerminalPicture().write_strips([(0, 0, strip)], console_with(system))


def test_what_the_terminal_shows_already_is_not_written_again() -> None:
    picture, console = TerminalPicture(), console_with()
    strip = strip_of([("Return ", STYLES[2]), ("287.4", STYLES[3])])
    assert "Return" in picture.write_strips([(0, 0, strip)], console)
    assert picture.write_strips([(0, 0, strip)], console) == ""
    changed = strip_of([("Return ", STYLES[2]), ("287.9", STYLES[3])])
    assert picture.write_strips([(0, 0, changed)], console) == "\x1b[1;12H\x1b[1;38;2;255;136;0;48;2;18;18;18m9\x1b[0m"
    picture.forget()
    assert "Return" in picture.write_strips([(0, 0, changed)], console)


def test_cells_far_apart_are_reached_by_a_move_and_near_ones_written_through() -> None:
    picture, console = TerminalPicture(), console_with()
    picture.write_strips([(2, 5, strip_of([("abcdefghij", None)]))], console)
    assert picture.write_strips([(2, 5, strip_of([("AbcDefghiJ", None)]))], console) == "\x1b[3;6HAbcD\x1b[5CJ"


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (Look(), Look(("1",), "31"), "\x1b[1;31m"),
        (Look(("1",), "31", "40"), Look(("1",), "32", "40"), "\x1b[32m"),
        (Look(("1",), "38;2;1;2;3", "48;2;1;2;3"), Look((), "38;2;1;2;3", "48;2;1;2;3"), "\x1b[22m"),
        (Look(("1", "2"), "38;2;1;2;3", "48;2;1;2;3"), Look(("2",), "38;2;1;2;3", "48;2;1;2;3"), "\x1b[22;2m"),
        (Look((), "31", "40"), Look((), "", "40"), "\x1b[39m"),
        (Look(("7",), "31", "40"), Look(), "\x1b[0m"),
        (Look(("1",)), Look(("1",)), ""),
    ],
)
def test_a_change_of_style_names_only_what_changes(before: Look, after: Look, codes: str) -> None:
    assert after.after(before) == codes


def test_a_new_layout_is_written_whole_and_an_update_only_inside_its_spans() -> None:
    picture, console = TerminalPicture(), console_with()
    layout = LayoutUpdate([[strip_of([("abc", None)]), strip_of([("def", None)])]], Region(0, 1, 6, 1))
    first = LeanUpdate(picture, layout).render_segments(console)
    assert first == LeanUpdate(picture, layout).render_segments(console) == "\x1b[2;1Habcdef"
    chops: Any = [{}, {0: strip_of([("xbx", None)]), 3: strip_of([("yyy", None)])}]
    update = ChopsUpdate(chops, [(1, 0, 5)], [[], [3, 6]])
    assert LeanUpdate(picture, update).render_segments(console) == "\x1b[2;1Hxbxyy"


def test_a_picture_of_endless_colours_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dqn_tui.ui.app.terminal_picture._MOST_LOOKS", 50)
    picture, console = TerminalPicture(), console_with()
    for value in range(200):
        strip = strip_of([("▀", Style.parse(f"#{value:06x} on #000000"))])
        assert f"38;2;0;0;{value}" in picture.write_strips([(0, 0, strip)], console)
        assert len(picture._looks) <= 52
