from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.x_axis import draw_x_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def labels_of(row: str) -> list[str]:
    return row.replace("─", " ").split()


def test_labels_are_round_and_the_last_is_the_end() -> None:
    assert draw_x_axis(0, 27400, 40, is_ascii=False) == "0────────────10k────────────20k────27.4k"
    assert draw_x_axis(0, 50000, 40, is_ascii=True) == "0--------------20k-------------40k---50k"


@pytest.mark.parametrize(
    ("start", "end", "width", "labels"),
    [
        (0, 3900, 40, ["0", "2000", "3900"]),
        (0, 3900, 60, ["0", "1000", "2000", "3000", "3900"]),
        (0, 12345, 40, ["0", "5k", "12.3k"]),
        (0, 1_000_000, 60, ["0", "0.2M", "0.4M", "0.6M", "0.8M", "1M"]),
        (0, 1_234_567, 40, ["0", "0.5M", "1.23M"]),
        (0, 7, 30, ["0", "5", "7"]),
        (0, 1, 30, ["0", "1"]),
        (40_000, 41_000, 40, ["40.0k", "40.5k", "41k"]),
    ],
)
def test_all_labels_of_an_axis_share_one_unit(start: float, end: float, width: int, labels: Sequence[str]) -> None:
    assert labels_of(draw_x_axis(start, end, width, is_ascii=False)) == labels


def test_numbers_other_than_steps_have_fractions_and_signs() -> None:
    row = draw_x_axis(-1.5, 1.5, 40, is_ascii=False, is_whole=False)
    assert labels_of(row.replace("──", "  ").replace(" -", " minus ")) != []
    assert [float(label) for label in re.findall(r"-?\d+\.?\d*", row)] == [-1, 0, 1, 1.5]


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(10, 200))
def test_units_never_mix(start: float, span: float, width: int) -> None:
    labels = labels_of(draw_x_axis(start, start + span, width, is_ascii=False))
    units = {re.sub(r"[-0-9.]", "", label) for label in labels if label != "0"}
    assert len(units) <= 1


@given(FINITE, st.floats(1e-3, 1e12), st.integers(0, 200), st.booleans(), st.booleans())
def test_row_is_exactly_as_wide_as_requested(
    start: float, span: float, width: int, is_ascii: bool, is_whole: bool
) -> None:
    if start + span > start:
        row = draw_x_axis(start, start + span, width, is_ascii, is_whole=is_whole)
        assert len(row) == width
        assert row.isascii() or not is_ascii


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(10, 200))
def test_labels_never_touch_nor_repeat(start: float, span: float, width: int) -> None:
    labels = labels_of(draw_x_axis(start, start + span, width, is_ascii=False))
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("end", "width", "labels"),
    [
        (14, 60, ["0", "00:05", "00:10", "00:14"]),
        (100, 60, ["0", "00:30", "01:00", "01:40"]),
        (5_400, 60, ["0", "30:00", "1:00:00", "1:30:00"]),
        (200_000, 60, ["0", "12:00:00", "24:00:00", "36:00:00", "55:33:20"]),
    ],
)
def test_an_axis_of_time_has_round_minutes_and_hours(end: float, width: int, labels: Sequence[str]) -> None:
    assert labels_of(draw_x_axis(0, end, width, is_ascii=False, is_time=True)) == labels


def test_a_mark_has_its_place_and_no_label_touches_it() -> None:
    assert draw_x_axis(0, 27400, 40, is_ascii=False, mark=(20, "13.7k")) == "0────────────10k──13.7k─────20k────27.4k"
    assert draw_x_axis(0, 27400, 40, is_ascii=False, mark=(8, "5.5k")) == "0─────5.5k───10k────────────20k────27.4k"
    assert draw_x_axis(0, 27400, 40, is_ascii=False, mark=(39, "27k")) == "0────────────10k────────────20k──────27k"
    assert draw_x_axis(0, 27400, 40, is_ascii=False, mark=(0, "0.1k")) == "0.1k─────────10k────────────20k────27.4k"


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(1, 200), st.integers(0, 199), st.booleans())
def test_a_marked_axis_is_exactly_as_wide_and_holds_the_mark(
    start: int, span: int, width: int, cell: int, is_time: bool
) -> None:
    row = draw_x_axis(start, start + span, width, is_ascii=True, is_time=is_time, mark=(min(cell, width - 1), "x7x"))
    assert len(row) == width
    assert ("x7x" in row) == (width >= 3)
