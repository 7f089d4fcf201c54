"""Meters, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from dqn_tui.dqn.agent import Update, UpdateStatistics
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.training import meters
from dqn_tui.training.meters import ActionMeter, EpisodeWindow, PhaseClock, RecentMeter, UpdateMeter
from tests.helpers import quick_config


class Hands:
    now = 100.0

    def __call__(self) -> float:
        return self.now

    def start(self) -> None:
        """Need no heartbeat."""


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


def make_update_meter(scale: float = 1.0) -> UpdateMeter:
    return UpdateMeter(RewardTransform(quick_config(reward_scale=scale)))


def make_update(*statistics: float, td_errors: Iterable[float] = (0.0,)) -> Update:
    errors = np.array(list(td_errors), np.float32)
    return Update(UpdateStatistics(*statistics), errors, errors)


def test_update_statistics_are_means_since_the_last_reset() -> None:
    meter = make_update_meter()
    assert meter.metrics() == {}
    meter.add(make_update(1, 2, 3, 4, 5))
    meter.add(make_update(3, 2, 1, 0, 1))
    means = {"train/loss": 2, "train/q_mean": 2, "train/target_mean": 2, "train/td_error": 2, "train/grad_norm": 3}
    assert meter.metrics().items() >= means.items()
    meter.reset()
    assert meter.metrics() == {}


def test_the_quantiles_are_those_of_the_newest_update_in_unscaled_units() -> None:
    meter = make_update_meter(scale=0.5)
    meter.add(make_update(0, 0, 0, 0, 0, td_errors=[100.0] * 11))
    meter.add(make_update(0, 0, 0, 0, 0, td_errors=[5, 1, 4, 2, 3, 0, 10, 9, 8, 7, 6]))
    metrics = meter.metrics()
    assert [metrics[f"train/td_error_p{percent}"] for percent in (10, 50, 90)] == [2.0, 10.0, 18.0]


def test_a_restored_update_meter_continues_as_before() -> None:
    meter, loaded = make_update_meter(), make_update_meter()
    meter.add(make_update(1, 2, 3, 4, 5, td_errors=[0.1, 0.7, 0.3]))
    loaded.set_state(meter.get_state())
    for each in (meter, loaded):
        each.add(make_update(2, 2, 2, 2, 2, td_errors=[0.2]))
    assert loaded.metrics() == meter.metrics()
    with pytest.raises(ValueError, match="expected 5 numbers, got 2"):
        loaded.set_state({"sums": [1.0, 2.0], "count": 1})


def test_action_shares_are_those_since_the_last_reset_and_sum_to_one() -> None:
    meter, loaded = ActionMeter(3), ActionMeter(3)
    assert meter.metrics() == {}
    meter.add([0, 2, 2])
    loaded.set_state(meter.get_state())
    for each in (meter, loaded):
        each.add([2])
        assert each.metrics() == {
            "rollout/action_share/0": 0.25, "rollout/action_share/1": 0.0, "rollout/action_share/2": 0.75
        }  # fmt: skip
    meter.reset()
    assert meter.metrics() == {}
    with pytest.raises(ValueError, match="expected 2 counts"):
        ActionMeter(2).set_state([1, 2, 3])


@pytest.mark.parametrize(("actions", "is_shown"), [(18, True), (19, False)])
def test_shares_are_shown_for_up_to_eighteen_actions(actions: int, is_shown: bool) -> None:
    meter = ActionMeter(actions)
    meter.add([0])
    assert bool(meter.metrics()) == is_shown


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
