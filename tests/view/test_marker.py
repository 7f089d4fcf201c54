"""The marker that a terminal can draw."""

from __future__ import annotations

import pytest

from dqn_tui.view.marker import choose_marker


@pytest.mark.parametrize(
    ("detected", "remembered", "chosen"),
    [
        ("braille", None, "braille"),
        ("braille", "block", "block"),
        ("braille", "ascii", "ascii"),
        ("block", "braille", "block"),
        ("ascii", "braille", "ascii"),
        ("braille", "crayons", "braille"),
    ],
)
def test_remembered_marker_is_never_more_than_the_terminal_draws(
    detected: str, remembered: str | None, chosen: str
) -> None:
    assert choose_marker(detected, remembered) == chosen
