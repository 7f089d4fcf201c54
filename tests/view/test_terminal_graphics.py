"""What a terminal is asked about pictures, and what its answers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.terminal_graphics import Answers, Graphics, GraphicsProtocol, may_query

KITTY = "\x1b_Gi=31;OK\x1b\\"
ITERM = "\x1b]1337;ReportCellSize=17.0;8.0;2.0\x1b\\"
CELL = "\x1b[6;20;10t"
SIXEL, NO_SIXEL = "\x1b[?62;4;22c", "\x1b[?64;22c"


def found(text: str, measured: tuple[int, int] | None = None) -> Graphics | None:
    answers = Answers()
    assert answers.take(text) == ""
    return answers.find(measured)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KITTY + CELL + NO_SIXEL, Graphics(GraphicsProtocol.KITTY, (10, 20))),
        (KITTY + CELL + SIXEL, Graphics(GraphicsProtocol.KITTY, (10, 20))),
        (ITERM + SIXEL, Graphics(GraphicsProtocol.ITERM, (16, 34))),
        (CELL + SIXEL, Graphics(GraphicsProtocol.SIXEL, (10, 20))),
        (CELL + NO_SIXEL, None),
        (SIXEL, None),
        ("\x1b_Gi=31;EINVAL:bad\x1b\\" + CELL + NO_SIXEL, None),
        (KITTY + CELL, None),
        ("\x1b[6;0;0t" + SIXEL, None),
        ("\x1b[6;999;999t" + SIXEL, None),
        # A terminal of the fourth kind, without sixels.
        (CELL + "\x1b[?4c", None),
    ],
)
def test_answers_name_the_best_protocol_and_the_cell(text: str, expected: Graphics | None) -> None:
    assert found(text) == expected


def test_the_kernels_size_of_a_cell_is_stronger_than_the_terminals() -> None:
    assert found(KITTY + CELL + SIXEL, (9, 18)) == Graphics(GraphicsProtocol.KITTY, (9, 18))


@given(
    st.lists(st.sampled_from([KITTY, ITERM, CELL, SIXEL, "q", "\x1b[C", "\x1b[6~", "é", "\x1b[<0;3;4M", "[?"])),
    st.lists(st.integers(1, 9)),
)
def test_what_was_typed_stays_whatever_pieces_it_comes_in(parts: list[str], sizes: list[int]) -> None:
    text, answers, typed = "".join(parts), Answers(), ""
    for size in sizes:
        # Keys are read whole: a piece never ends right after an escape.
        while text[size - 1 : size] == "\x1b":
            size += 1
        piece, text = text[:size], text[size:]
        typed += answers.take(piece)
    typed += answers.take(text) + answers.give_up(9.0)
    assert typed == "".join(part for part in parts if part not in (KITTY, ITERM, CELL, SIXEL))


def test_a_key_that_begins_like_an_answer_is_given_back_soon_and_half_an_answer_late() -> None:
    answers = Answers()
    assert answers.take("a\x1b_") == "a"
    assert answers.give_up(0.0) == ""
    assert answers.give_up(0.1) == "\x1b_"
    assert answers.take("\x1b_Gi=3") == ""
    assert answers.give_up(1.0) == ""
    assert answers.give_up(2.0) == "\x1b_Gi=3"
    assert answers.give_up(2.0) == ""


@pytest.mark.parametrize(
    ("variables", "is_asked"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux,1,0"}, False),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "xterm", "STY": "1.tty"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_only_terminals_that_swallow_the_question_are_asked(variables: dict[str, str], is_asked: bool) -> None:
    assert may_query(variables) == is_asked
