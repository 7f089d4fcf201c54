"""Histograms and columns of bars of one state, against hand-worked ones."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.ui.values.state_rows import bin_masses, column_bars
from dqn_tui.ui.values.timeline_rows import ordered, timeline_rows
from dqn_tui.ui.widgets.rows import row_width
from tests.ui.values.pictures import CHECKPOINTS, CHOICES


def test_masses_are_summed_in_equal_parts_of_the_range() -> None:
    returns = np.array([0.0, 1.0, 1.1, 3.9, 4.0], np.float32)
    weights = np.array([0.1, 0.2, 0.3, 0.15, 0.25], np.float32)
    assert bin_masses(returns, weights, 0.0, 4.0, 4).tolist() == pytest.approx([0.1, 0.5, 0.0, 0.4])


def test_columns_are_as_high_as_their_shares_in_eighths_of_a_row() -> None:
    assert column_bars(np.array([0.0, 0.25, 0.5, 0.75, 1.0]), 2, is_ascii=False) == ["   ▄█", " ▄███"]
    assert column_bars(np.array([0.001, 0.02]), 1, is_ascii=False) == [" ▁"]
    assert column_bars(np.array([1.0]), 1, is_ascii=True) == ["#"]


def test_the_time_line_ends_with_the_live_policy_and_has_each_checkpoint_once() -> None:
    assert ordered(CHOICES) == [*CHECKPOINTS, PolicyChoice()]
    assert ordered([PolicyChoice(), PolicyChoice("best", 7_000)])[0].step == 7_000


@pytest.mark.parametrize("width", [20, 38, 56, 118])
def test_a_time_line_fits_and_marks_the_chosen_policy(width: int) -> None:
    for choice in (*CHECKPOINTS, PolicyChoice()):
        line, _ = timeline_rows(CHOICES, choice, 20_000, width, is_live=True)
        assert row_width(line) <= width
        assert "".join(text for text, _ in line).count("●") == 1
