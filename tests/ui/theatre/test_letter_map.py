"""Maps of letters drawn large: what is recognised as one, its tiles, walls, colours and captions."""

from __future__ import annotations

import gymnasium as gym
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from dqn_tui.ui.theatre.letter_map import LetterMap, read_map
from dqn_tui.ui.theatre.letters import read_letters
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row, row_width

LAKE = "  (Right)\nS\x1b[41mF\x1b[0mFF\nFHFH\nFFFH\nHFFG\n"
CLIFF = "o  o  o\nx  C  T\n\n"
TAXI = (
    "+---------+\n|\x1b[35mR\x1b[0m: | : :G|\n| : | : : |\n| : : : : |\n| | : | : |\n"
    "|Y| : |\x1b[34;1m\x1b[43mB\x1b[0m\x1b[0m: |\n+---------+\n  (Pickup)\n"
)
COLORS = Colors({})


def map_of(picture: str) -> LetterMap:
    found = read_map(read_letters(picture))
    assert found is not None
    return found


def texts(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows]


def drawn(picture: str, width: int, height: int, *, is_ascii: bool = False) -> list[str]:
    return texts(map_of(picture).rows(width, height, COLORS, is_ascii=is_ascii))


def cells(rows: list[Row], row: int) -> list[tuple[str, Style | str]]:
    return [(char, style) for text, style in rows[row] for char in text]


def test_letters_become_tiles_of_one_size() -> None:
    assert drawn(LAKE, 12, 5) == [" S [F] F  F ", " F  H  F  H ", " F  F  F  H ", " H  F  F  G ", "last: right"]
    assert drawn(LAKE, 20, 9)[:3] == ["  S   [F]   F    F  ", " " * 20, "  F    H    F    H  "]


def test_letters_with_blanks_between_them_are_a_map_too() -> None:
    assert drawn(CLIFF, 9, 3) == [" o  o  o ", "[x] C  T ", ""]


def test_walls_stay_where_they_are() -> None:
    assert drawn(TAXI, 23, 8) == [
        "┌───────────────────┐",
        "┃ R     ┃         G ┃",
        "┃       ┃           ┃",
        "┃                   ┃",
        "┃   ┃       ┃       ┃",
        "┃ Y ┃       ┃[B]    ┃",
        "└───────────────────┘",
        "passenger B to R · last: pickup",
    ]


def test_the_agent_is_a_block_of_its_own_colour_inside_its_tile() -> None:
    rows = map_of(LAKE).rows(40, 21, COLORS, is_ascii=False)
    assert len(rows) == 21
    middle = cells(rows, 2)
    assert "".join(char for char, _ in middle[10:20]).strip() == "[F]"
    (_, ground), (_, block) = middle[10], middle[12]
    assert isinstance(ground, Style)
    assert isinstance(block, Style)
    assert block.bgcolor is not None
    assert block.bgcolor.get_truecolor() == (0xE0, 0x52, 0x5F)
    assert [style for _, style in middle[10:20]] == [ground] * 2 + [block] * 6 + [ground] * 2
    assert {style for _, style in cells(rows, 0)[10:20]} == {ground}


def test_kinds_of_ground_have_different_colours() -> None:
    rows = map_of(LAKE).rows(12, 5, COLORS, is_ascii=False)
    start, frozen, hole, goal = (cells(rows, row)[column][1] for row, column in ((0, 0), (1, 0), (1, 3), (3, 9)))
    assert len({start, frozen, hole, goal}) == 4


def test_passenger_and_destination_keep_their_colours_and_have_words() -> None:
    found = map_of(TAXI)
    assert found.caption == "passenger B to R · last: pickup"
    rows = found.rows(60, 30, COLORS, is_ascii=False)
    destination = cells(rows, 1)[1][1]
    plain_ground = cells(rows, 1)[-2][1]
    assert destination != plain_ground
    assert map_of(TAXI.replace("\x1b[34;1m", "").replace("43mB", "42m_")).caption == "aboard, to R · last: pickup"


@pytest.mark.parametrize("is_ascii", [False, True])
@pytest.mark.parametrize("picture", [LAKE, CLIFF, TAXI])
def test_every_letter_stays_in_its_tile(picture: str, is_ascii: bool) -> None:
    found = map_of(picture)
    text = "".join(texts(found.rows(60, 30, COLORS, is_ascii=is_ascii))[:-1])
    letters = [letter.char for line in found.tiles for letter in line if letter.char != " "]
    assert sorted(char for char in text if char.isalpha()) == sorted(letters)
    assert text.count("[") == 1


def test_without_blended_colours_letters_and_agent_can_be_read() -> None:
    colors = Colors({"background": "ansi_default", "foreground": "ansi_default"})
    rows = map_of(LAKE).rows(20, 9, colors, is_ascii=True)
    assert "[F]" in texts(rows)[0]
    assert all(style != Style() for row in rows for _, style in row)


@pytest.mark.parametrize(
    "picture", ["", "\n", "one line", "a b c\nab c", "Dealer: 7\nYou: 12 ", "漢字\n漢字", "x" * 99 + "\n" + "x" * 99]
)
def test_other_text_is_no_map(picture: str) -> None:
    assert read_map(read_letters(picture)) is None


@given(st.text(alphabet="ab |:+-()\n\x1b[41m", max_size=80), st.integers(0, 60), st.integers(0, 30))
def test_any_text_fits_its_space(picture: str, width: int, height: int) -> None:
    found = read_map(read_letters(picture))
    if found is not None:
        columns, count = found.size(width, height)
        rows = found.rows(width, height, COLORS, is_ascii=False)
        assert len(rows) == count <= max(height, 0)
        assert columns <= width
        assert all(row_width(row) == columns for row in rows[:-1])


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "Taxi-v4"])
def test_the_maps_of_gymnasium_are_recognised(env_id: str) -> None:
    env = gym.make(env_id, render_mode="ansi")
    env.reset(seed=1)
    for action in (None, 0):
        if action is not None:
            env.step(action)
        picture = env.render()
        assert isinstance(picture, str)
        found = map_of(picture)
        assert sum("[" in text for text in texts(found.rows(120, 60, COLORS, is_ascii=False))) == 1
    env.close()
