"""Clocks and windows, with a clock that the test turns."""

from __future__ import annotations

import pytest

from dqn_tui.dqn.agent import UpdateStatistics
from dqn_tui.training import meters
from dqn_tui.training.meters import EpisodeWindow, PhaseClock, RecentMeter, UpdateMeter


class Hands:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    def start(self) -> None:
        """They need no heart."""


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(meters, "working_seconds", hands)
    return hands


def test_each_phase_gets_its_own_time_and_pauses_count_nowhere(hands: Hands) -> None:
    clock = PhaseClock()
    hands.now += 50
    clock.switch("environment")
    hands.now += 2
    assert clock.switch("learning") == "environment"
    hands.now += 3
    assert clock.switch(None) == "learning"
    hands.now += 1_000
    assert clock.switch("environment") is None
    hands.now += 4
    assert clock.total_seconds == pytest.approx(9)
    clock.switch(None)
    assert clock.seconds["environment"] == pytest.approx(6)
    assert clock.seconds["learning"] == pytest.approx(3)


def test_the_window_is_the_last_hundred_episodes() -> None:
    window = EpisodeWindow()
    assert window.mean_return is None
    assert window.metrics() == {}
    for number in range(150):
        window.add(float(number), number)
    assert window.mean_return == pytest.approx(99.5)
    assert window.metrics() == {"rollout/ep_rew_mean": pytest.approx(99.5), "rollout/ep_len_mean": pytest.approx(99.5)}


def test_update_statistics_are_means_since_they_were_last_taken() -> None:
    meter = UpdateMeter()
    assert meter.take() == {}
    meter.add(UpdateStatistics(1, 2, 3, 4, 5))
    meter.add(UpdateStatistics(3, 2, 1, 0, 1))
    assert meter.take() == {
        "train/loss": 2, "train/q_mean": 2, "train/target_mean": 2, "train/td_error": 2, "train/grad_norm": 3
    }  # fmt: skip
    assert meter.take() == {}


def test_the_speed_is_that_of_the_last_seconds_without_pauses(hands: Hands) -> None:
    clock, meter = PhaseClock(), RecentMeter(5.0)
    clock.switch("environment")
    assert meter.measure(clock, 0) == {}
    for second in range(1, 11):
        hands.now += 1
        metrics = meter.measure(clock, 100 * second)
    assert metrics["time/steps_per_second"] == pytest.approx(100)
    clock.switch(None)
    hands.now += 1_000
    clock.switch("learning")
    for second in range(1, 11):
        hands.now += 1
        clock.switch("learning")
        metrics = meter.measure(clock, 1_000 + 10 * second)
    assert metrics["time/steps_per_second"] == pytest.approx(10)
    assert metrics["time/learning_fraction"] == pytest.approx(1)
    assert metrics["time/environment_fraction"] == pytest.approx(0)
