"""Text that an environment renders: letters, colours, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.ui.theatre.letters import BLUE, GREEN, OTHER, RED, YELLOW, Letter, read_letters, text_rows


def test_of_a_picture_of_letters_the_place_of_the_agent_stays_visible() -> None:
    """FrozenLake's and Taxi's text."""
    lake = "  (Down)\nS\x1b[41mF\x1b[0mFF\n"
    assert text_rows(read_letters(lake)) == [[("  (Down)", "text")], [("S", "text"), ("F", "marked"), ("FF", "text")]]
    taxi = "|\x1b[35mR\x1b[0m: |\x1b[43m \x1b[0m:\x1b[34;1mB\x1b[0m|"
    assert text_rows(read_letters(taxi)) == [
        [
            ("|", "text"),
            ("R", "warm"),
            (": |", "text"),
            (" ", "marked"),
            (":", "text"),
            ("B", "cool"),
            ("|", "text"),
        ]
    ]


@pytest.mark.parametrize(
    ("codes", "role"),
    [
        *[("36", "cool"), ("94", "cool"), ("31", "warm"), ("32;1", "fresh"), ("93", "fresh")],
        *[("1", "accent"), ("97", "accent"), ("38;5;41", "accent"), ("38;2;7;44;0", "accent")],
        *[
            ("31;42", "marked"),
            ("7", "marked"),
            ("48;2;31;0;0", "marked"),
            ("", "text"),
            ("0", "text"),
            ("39;49", "text"),
        ],
    ],
)
def test_a_colour_of_a_letter_becomes_the_role_of_its_hue(codes: str, role: str) -> None:
    assert text_rows(read_letters(f"\x1b[{codes}mx")) == [[("x", role)]]


@pytest.mark.parametrize(
    ("codes", "letter"),
    [
        ("\x1b[41m", Letter("x", marking=RED)),
        ("\x1b[102m", Letter("x", marking=GREEN)),
        ("\x1b[7m", Letter("x", marking=OTHER)),
        ("\x1b[34;1m\x1b[43m", Letter("x", hue=BLUE, marking=YELLOW, is_emphasised=True)),
        ("\x1b[34;1m\x1b[0m", Letter("x")),
    ],
)
def test_colours_add_up_until_a_reset(codes: str, letter: Letter) -> None:
    assert read_letters(f"{codes}x") == [[letter]]


def test_empty_lines_after_a_picture_of_letters_take_no_rows() -> None:
    assert text_rows(read_letters("  a\n\nb\n\n\n")) == [[("  a", "text")], [], [("b", "text")]]


@given(st.text(alphabet="ab\n\x1b[0;1m41\x9b]K", max_size=60))
def test_no_escape_sequence_of_a_picture_of_letters_comes_through(picture: str) -> None:
    for row in text_rows(read_letters(picture)):
        assert all(text.isprintable() for text, _ in row)
