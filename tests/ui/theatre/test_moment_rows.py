"""The numbers of a moment: observation by name and value, policy, and how the episode ended."""

from __future__ import annotations

import dataclasses

import pytest

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.theatre.moment_rows import moment_rows, wanted_size
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.rows import row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from tests import fakes

POLE = ("x", "x'", "θ", "θ'")
LANDER = ("x", "y", "x'", "y'", "θ", "θ'", "left leg", "right leg")


def frame_of(observation: tuple[float, ...] = (), names: tuple[str, ...] = (), **changes: object) -> RolloutFrame:
    frame = dataclasses.replace(fakes.make_frame(3), observation=observation, observation_names=names)
    return dataclasses.replace(frame, **changes)  # type: ignore[arg-type]


def texts_of(frame: RolloutFrame, width: int = 78, height: int = 20, marker: str = "braille") -> list[str]:
    scale = QScale()
    scale.include(frame)
    rows = moment_rows(frame, scale, width, height, RunScene(marker=marker))
    assert len(rows) <= height
    assert all(row_width(row) <= width for row in rows)
    return ["".join(text for text, _ in row) for row in rows]


def test_entries_have_their_names() -> None:
    texts = texts_of(frame_of((0.5, -1.25, 0.0, 2.0), POLE))
    assert texts[4] == " x  0.50  x' -1.25  θ  0.00  θ'  2.00"


def test_names_are_words_in_ascii() -> None:
    texts = texts_of(frame_of((0.5, -1.25, 0.0, 2.0), POLE), marker="ascii")
    assert texts[4] == " x  0.50  x' -1.25  theta  0.00  theta'  2.00"


def test_entries_without_names_are_an_observation() -> None:
    assert texts_of(frame_of((0.5, -1.25)))[4].split() == ["obs", "0.50", "-1.25"]


def test_names_of_an_observation_that_is_too_long_to_read_are_not_shown() -> None:
    assert texts_of(frame_of((), POLE)) == texts_of(frame_of(()))


def test_a_long_observation_is_a_table() -> None:
    texts = texts_of(frame_of((0.0,) * 8, LANDER), width=44, height=12)
    lines = [text for text in texts if "0.00" in text]
    assert len(lines) > 1
    assert all(name in " ".join(lines) for name in LANDER)
    assert [place for place, char in enumerate(lines[0]) if char == "."] == [
        place for place, char in enumerate(lines[1]) if char == "."
    ]


@pytest.mark.parametrize("height", [4, 5])
def test_entries_are_not_left_out_silently(height: int) -> None:
    lines = [text for text in texts_of(frame_of((0.0,) * 8, LANDER), width=44, height=height) if "0.00" in text]
    assert not lines or lines[-1].endswith("…")


def test_the_policy_and_the_ending_are_last() -> None:
    assert texts_of(frame_of(ending="terminated"))[-1].split() == ["terminated", "live", "@", "step", "12,400"]


def test_blank_rows_are_left_out_first() -> None:
    frame = frame_of((0.5, -1.25, 0.0, 2.0), POLE)
    columns, rows = wanted_size(frame, 78)
    # Two actions, their scale, one row of entries, the policy.
    assert (columns, rows) == (34, 5)
    assert "" not in texts_of(frame, height=5)
    assert texts_of(frame, height=7).count("") == 2
