"""Rows of actions: names, values, bars, and the distance to the greedy action."""

from __future__ import annotations

import dataclasses

import pytest

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.theatre.q_rows import q_rows
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.rows import row_width
from tests import fakes

NAMES = ("left", "coast", "right")


def frame_of(*values: float, action: int, **changes: object) -> RolloutFrame:
    return dataclasses.replace(fakes.make_frame(3), q_values=values, action=action, **changes)  # type: ignore[arg-type]


def texts_of(frame: RolloutFrame, width: int = 60, most: int = 20, marker: str = "braille") -> list[str]:
    scale = QScale()
    scale.include(frame)
    return ["".join(text for text, _ in row) for row in q_rows(frame, scale, width, most, marker)]


def test_each_action_has_its_name_value_and_bar() -> None:
    texts = texts_of(frame_of(-40.0, 5.0, 60.0, action=2, action_names=NAMES), 48)
    # 48 cells: 1 + name 5 + blank + number 6 + blank, a bar of 23 (22 for 100 units), 3 for the sign, 7 for the gap.
    assert texts == [
        " left  -40.00 ▇▇▇▇▇▇▇▇▇│                -100.00",
        " coast   5.00          │▇                -55.00",
        " right  60.00          │▇▇▇▇▇▇▇▇▇▇▇▇▇ ◀  +55.00",
        "              -40      0           60",
    ]


def test_all_negative_values_can_be_told_apart() -> None:
    texts = texts_of(frame_of(-43.10, -43.08, -45.0, action=1, action_names=NAMES), 48)
    assert "◀ +0.02" in texts[1]
    assert "-0.02" in texts[0]
    assert "-1.92" in texts[2]
    assert texts[3].split() == ["-50", "0"]
    assert all("│" in text and text.index("▇") < text.index("│") for text in texts[:3])


def test_bars_of_ascii_are_as_long() -> None:
    frame = frame_of(-40.0, 5.0, 60.0, action=2, action_names=NAMES)
    assert [text.count("#") for text in texts_of(frame, 48, marker="ascii")[:3]] == [9, 1, 13]


def test_an_action_without_a_name_is_a_number() -> None:
    assert texts_of(frame_of(1.0, 2.0, action=1))[0].startswith(" Q(0) 1.00")
    assert texts_of(frame_of(1.0, 2.0, action=1, action_names=NAMES))[0].startswith(" Q(0)")


def test_the_scale_is_left_out_before_an_action_is() -> None:
    assert len(texts_of(frame_of(1.0, 2.0, action=1), most=2)) == 2
    assert texts_of(frame_of(1.0, 2.0, action=1), most=3)[2].split() == ["0", "2"]


@pytest.mark.parametrize("width", [20, 34, 48, 80, 200])
def test_no_row_is_wider_than_its_space(width: int) -> None:
    frame = frame_of(-4000.5, 0.25, 3.0, action=2, action_names=("right engine", "x", "up right fire"))
    scale = QScale()
    scale.include(frame)
    rows = q_rows(frame, scale, width, 20, "braille")
    assert all(row_width(row) <= width for row in rows) or width < 34


def test_of_many_actions_the_chosen_and_the_best_show() -> None:
    frame = frame_of(*(float(value) for value in range(18)), action=2)
    texts = texts_of(frame, most=4)
    assert [text[:6].strip() for text in texts[:3]] == ["Q( 2)", "Q(16)", "Q(17)"]
    assert texts[3] == " +15 more"
    assert len(texts_of(frame, most=18)) == 18
    assert len(texts_of(frame, most=1)) == 1


def test_a_masked_action_is_no_rival_of_the_chosen_one() -> None:
    frame = frame_of(1.0, 9.0, 2.0, action=2, mask=(True, False, True))
    texts = texts_of(frame, most=3)
    assert [text[:5].strip() for text in texts] == ["Q(0)", "Q(2)", "Q(1)"]
    assert "◀ +1.00" in texts[1]
    assert texts[2].split() == ["Q(1)", "9.00", "masked"]


def test_masked_actions_are_the_first_to_be_left_out() -> None:
    frame = frame_of(5.0, 1.0, 6.0, 2.0, action=3, mask=(False, True, False, True))
    assert [text[:5].strip() for text in texts_of(frame, most=3)[:2]] == ["Q(1)", "Q(3)"]
