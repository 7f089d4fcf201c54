"""Targets worked by hand."""

from __future__ import annotations

import torch

from dqn_tui.dqn.targets import td_targets

REWARDS = torch.tensor([1.0, 2.0, -1.0])
DISCOUNTS = torch.tensor([0.9, 0.0, 0.81])
NEXT_Q_TARGET = torch.tensor([[1.0, 5.0], [7.0, 8.0], [-2.0, -4.0]])
NEXT_Q_ONLINE = torch.tensor([[3.0, 2.0], [0.0, 1.0], [-9.0, 0.5]])


def test_dqn_takes_the_target_networks_highest_value() -> None:
    targets = td_targets(REWARDS, DISCOUNTS, NEXT_Q_TARGET, None)
    torch.testing.assert_close(targets, torch.tensor([1 + 0.9 * 5, 2.0, -1 + 0.81 * -2]))


def test_double_dqn_selects_with_the_online_network_and_values_with_the_target_network() -> None:
    targets = td_targets(REWARDS, DISCOUNTS, NEXT_Q_TARGET, NEXT_Q_ONLINE)
    torch.testing.assert_close(targets, torch.tensor([1 + 0.9 * 1, 2.0, -1 + 0.81 * -4]))


def test_targets_are_one_number_for_each_transition() -> None:
    assert td_targets(REWARDS, DISCOUNTS, NEXT_Q_TARGET, NEXT_Q_ONLINE).shape == (3,)
