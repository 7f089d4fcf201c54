from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dqn_tui.view.tick_labels import exponent_label, format_ticks


@pytest.mark.parametrize(
    ("ticks", "step", "labels"),
    [
        ((0.0, 0.25, 0.5), 0.25, ("0", "0.25", "0.50")),
        ((0.0, 2500.0, 5000.0), 2500.0, ("0", "2500", "5000")),
        ((0.0, 1000.0, 2000.0), 1000.0, ("0", "1k", "2k")),
        ((100_000.0, 100_100.0), 100.0, ("100000", "100100")),
        ((0.0, 1e6, 2e6), 1e6, ("0", "1M", "2M")),
        ((0.0, 2e-5, 4e-5), 2e-5, ("0", "2e-5", "4e-5")),
        ((), 1.0, ()),
    ],
)
def test_labels_share_a_unit_and_differ(ticks: Any, step: float, labels: Sequence[str]) -> None:
    assert format_ticks(ticks, step) == labels


@pytest.mark.parametrize(
    ("exponent", "digits", "label"),
    [(-2, 2, "1e-2"), (0, 2, "1e0"), (0.5, 2, "3.2e0"), (-1.8, 2, "1.6e-2"), (-1.8, 3, "1.58e-2"), (200, 2, "1e200")],
)
def test_powers_of_ten_are_short(exponent: int, digits: int, label: str) -> None:
    assert exponent_label(exponent, digits) == label
