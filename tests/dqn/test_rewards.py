"""Clipping and scaling of rewards, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui.dqn.rewards import LARGEST_FLOAT32, RewardTransform
from tests.helpers import quick_config

REWARDS = np.array([-4.0, 0.0, 0.5, 10.0])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [-4.0, 0.0, 0.5, 10.0]),
        ({"reward_scale": 0.25}, [-1.0, 0.0, 0.125, 2.5]),
        ({"clip_rewards": True}, [-1.0, 0.0, 1.0, 1.0]),
        ({"clip_rewards": True, "reward_scale": 0.25}, [-0.25, 0.0, 0.25, 0.25]),
    ],
)
def test_learned_rewards_are_clipped_first_and_then_scaled(settings: dict[str, float], expected: list[float]) -> None:
    assert RewardTransform(quick_config(**settings)).learned(REWARDS).tolist() == expected


@pytest.mark.parametrize("scale", [1.0, 0.25, 4.0])
def test_original_undoes_the_scale_of_arrays_and_numbers(scale: float) -> None:
    transform = RewardTransform(quick_config(reward_scale=scale))
    learned = transform.learned(REWARDS).astype(np.float32)
    original = transform.original(learned)
    assert original.dtype == np.float32
    assert original.tolist() == REWARDS.tolist()
    assert transform.original(learned.item(3)) == 10.0


@pytest.mark.parametrize(("n_steps", "scale"), [(1, 1.0), (3, 1.0), (5, 0.1), (2, 8.0)])
def test_the_largest_rewards_of_n_steps_are_finite_as_float32(n_steps: int, scale: float) -> None:
    transform = RewardTransform(quick_config(n_steps=n_steps, reward_scale=scale))
    assert transform.learned(np.full(n_steps, transform.largest)).sum() <= LARGEST_FLOAT32
