"""Conclusions from a probe's numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dqn_tui.config import parse_config
from dqn_tui.operations.probe_findings import find_problems
from dqn_tui.probe_report import (
    Finding,
    ProbedEntry,
    ProbedEpisodes,
    ProbedImage,
    ProbedNetwork,
    ProbedRewards,
    ProbeReport,
    Spread,
)

HEALTHY = ProbeReport(
    env="Toy/Fine-v0",
    seed=0,
    steps=1_000,
    wanted_steps=1_000,
    episodes=ProbedEpisodes((9.0, 12.0, 30.0), (9, 12, 30), 3, 0, 0, 26.0),
    rewards=ProbedRewards(Spread(1_000, 0, 1, 0.5, 0.5), ((1.0, 500), (0.0, 500)), 2, 500, 0, 1.0),
    network=ProbedNetwork((), (8,), 2, 58),
    is_complete=True,
    steps_per_second=50_000.0,
    time_limit=500,
    is_deterministic=True,
    entries=(ProbedEntry("x", Spread(1_001, -2, 3, 0, 1)), ProbedEntry("", Spread(1_001, -1, 1, 0, 1))),
)


def _find(report: ProbeReport, **settings: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in find_problems(report, parse_config(settings))}


def test_of_a_healthy_environment_there_is_nothing_to_say() -> None:
    assert _find(HEALTHY) == {}


def test_entries_beyond_ten_are_named_with_the_settings_that_scale_them() -> None:
    report = replace(HEALTHY, entries=(*HEALTHY.entries, ProbedEntry("speed", Spread(9, -4_800, 20, 0, 1))))
    text = _find(report)["unscaled_observations"].text
    assert text == (
        "speed reach 4,800, which drowns smaller entries: --set scale_observations=true or normalize_observations=true"
    ).replace("4,800", "4800")
    assert "scale_observations" not in _find(report, scale_observations=True)["unscaled_observations"].text
    assert "unscaled_observations" not in _find(report, normalize_observations=True)


def test_entries_and_images_that_never_change_are_named() -> None:
    constant = ProbedEntry("", Spread(1_001, 4, 4, 4, 0))
    finding = _find(replace(HEALTHY, entries=(*HEALTHY.entries, constant)))["constant_observations"]
    assert finding.text == "entry 2 never changed: 1 of 3 entries"
    assert not finding.is_warning
    assert _find(replace(HEALTHY, entries=(constant,)))["constant_observations"].is_warning
    image = ProbedImage("camera", Spread(9, 0, 255, 3, 1), 0.9, True, np.zeros((1, 2, 2), np.uint8), 1, 255.0)
    assert _find(replace(HEALTHY, images=(image,)))["constant_image"].text == "the image camera never changed"


def test_states_that_were_not_met_are_no_warning() -> None:
    entries = tuple(ProbedEntry("", Spread(9, 0, high, 0, 0)) for high in (1, 0, 1, 0))
    finding = _find(replace(HEALTHY, entries=entries, is_one_hot=True))["unseen_states"]
    assert (finding.text, finding.is_warning) == ("2 of 4 states were seen", False)


@pytest.mark.parametrize(("nonzero", "name"), [(0, "no_reward"), (9, "sparse_reward"), (10, None)])
def test_rewards_in_under_one_percent_of_the_steps_are_sparse(nonzero: int, name: str | None) -> None:
    found = _find(replace(HEALTHY, rewards=replace(HEALTHY.rewards, nonzero=nonzero)))
    assert list(found) == ([name] if name else [])


def test_equal_returns_tell_nothing_apart() -> None:
    episodes = replace(HEALTHY.episodes, returns=(-200.0,) * 3)
    assert "-200" in _find(replace(HEALTHY, episodes=episodes))["same_returns"].text
    assert "same_returns" not in _find(replace(HEALTHY, episodes=replace(episodes, returns=(-200.0,) * 2)))


def test_episodes_without_an_end_need_a_time_limit() -> None:
    episodes = ProbedEpisodes(open_steps=4_321)
    endless = replace(HEALTHY, episodes=episodes, time_limit=None, steps=4_321)
    assert "--set time_limit=5000" in _find(endless)["endless_episodes"].text
    assert not _find(replace(endless, time_limit=9_000))["long_episodes"].is_warning


@pytest.mark.parametrize(
    ("largest", "beyond", "is_found"),
    [(1.0, 0, False), (5.0, 50, False), (5.5, 1, True), (2.5, 51, True), (1.6, 999, False)],
)
def test_rewards_beyond_hubers_reach_are_few_or_small(largest: float, beyond: int, is_found: bool) -> None:
    rewards = replace(HEALTHY.rewards, largest_learned=largest, beyond_one=beyond)
    assert ("large_rewards" in _find(replace(HEALTHY, rewards=rewards))) == is_found


def test_small_rewards_that_add_up_to_large_returns_are_warned_of_too() -> None:
    episodes = replace(HEALTHY.episodes, largest_discounted=201.0)
    text = _find(replace(HEALTHY, episodes=episodes))["large_rewards"].text
    assert "discounted returns reach 201" in text
    assert text.endswith("--set reward_scale=0.4")


def test_the_scale_that_is_advised_brings_the_largest_reward_within_one() -> None:
    rewards = replace(HEALTHY.rewards, largest_learned=30.0, beyond_one=100)
    text = _find(replace(HEALTHY, rewards=rewards), reward_scale=0.3)["large_rewards"].text
    # 0.3 / 30, so that a reward of 100 is learned as 1.
    assert "10% of the learned rewards are beyond 1" in text
    assert "reward_scale=0.01 or clip_rewards=true" in text


def test_c51_is_warned_of_returns_outside_its_support_instead() -> None:
    rewards = replace(HEALTHY.rewards, largest_learned=30.0, beyond_one=100)
    report = replace(HEALTHY, rewards=rewards)
    assert list(_find(report, distribution="c51")) == ["outside_support"]
    assert _find(report, distribution="c51", v_max=30.0) == {}


def test_numbers_that_are_not_finite_come_first() -> None:
    report = replace(
        HEALTHY,
        is_deterministic=False,
        rewards=replace(HEALTHY.rewards, spread=Spread(998, 0, 1, 0, 0, 2)),
        entries=(ProbedEntry("x", Spread(9, 0, 1, 0, 0, 3)),),
    )
    assert list(_find(report)) == ["non_finite_rewards", "non_finite_observations", "not_deterministic"]


def test_masks_slow_steps_and_remarks_are_worth_knowing() -> None:
    report = replace(HEALTHY, masked_fraction=0.5, steps_per_second=10.0, remarks=("left out: text",))
    found = _find(report)
    assert [finding.is_warning for finding in found.values()] == [False] * 3
    assert "50%" in found["action_masks"].text
    # 100,000 steps at 10 a second.
    assert "2:46:40" in found["slow"].text
    assert found["preparation"].text == "left out: text"
