"""How often the screen is drawn."""

from __future__ import annotations

import pytest

from dqn_tui.ui.dashboard.pacer import LONGEST_SECONDS, SHARE, SHORTEST_SECONDS, Pacer


def delays(cost_seconds: float, *, is_free: bool = False, frames: int = 50) -> list[float]:
    """The waits of a screen whose every frame costs so much processor time."""
    clock = iter(number * cost_seconds for number in range(frames))
    pacer = Pacer(lambda: next(clock))
    return [pacer.seconds_to_next(is_free=is_free) for _ in range(frames)]


def test_the_first_frame_comes_soon() -> None:
    assert delays(0.010)[0] == SHORTEST_SECONDS


def test_frames_are_spaced_so_that_they_cost_their_share() -> None:
    assert delays(0.006)[-1] == pytest.approx(0.006 / SHARE)


def test_cheap_frames_do_not_come_faster_than_anybody_can_read() -> None:
    assert delays(0.0001)[-1] == SHORTEST_SECONDS


def test_dear_frames_still_come() -> None:
    assert delays(1.0)[-1] == LONGEST_SECONDS


def test_frames_that_nobody_pays_for_are_not_spared() -> None:
    assert delays(1.0, is_free=True)[-1] == SHORTEST_SECONDS
