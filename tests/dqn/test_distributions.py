"""Distributions of the return against numbers worked by hand, naive loops, and autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from dqn_tui.dqn.distributions import Categorical, Distribution, Expectation, Quantiles
from dqn_tui.dqn.policies import GreedyPolicy, SoftPolicy, make_greedy_policy, make_soft_policy, munchausen_rewards

CPU = torch.device("cpu")
ACTIONS = torch.tensor([1, 0, 2, 1])


def make(name: str) -> Distribution:
    members: dict[str, Distribution] = {
        "none": Expectation(),
        "c51": Categorical(5, -2.0, 2.0, CPU),
        "qr": Quantiles(4, CPU),
    }
    return members[name]


def draw_outputs(distribution: Distribution, seed: int = 0) -> Tensor:
    """Return outputs for four transitions and three actions."""
    shape = (4, 3) if distribution.atoms == 1 else (4, 3, distribution.atoms)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def draw_targets(distribution: Distribution) -> Tensor:
    next_outputs = draw_outputs(distribution, seed=1)
    policy = make_greedy_policy(distribution.q_values(next_outputs), None)
    return distribution.targets(
        torch.tensor([0.5, -3.0, 0.0, 1.0]), torch.tensor([0.9, 0.0, 0.9, 0.81]), next_outputs, policy
    )


def plain_loss(name: str, outputs: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Compute each loss as in its paper, one transition at a time."""
    losses = []
    for row, action in enumerate(ACTIONS):
        selected, target = outputs[row, action], targets[row]
        if name == "none":
            losses.append(torch.nn.functional.smooth_l1_loss(selected, target))
        elif name == "c51":
            losses.append(-(target * selected.log_softmax(0)).sum())
        else:
            total = torch.zeros(())
            for i, quantile in enumerate(selected):
                midpoint = (2 * i + 1) / (2 * len(selected))
                for value in target:
                    error = value - quantile
                    huber = torch.nn.functional.smooth_l1_loss(quantile, value)
                    total = total + abs(midpoint - float(error < 0)) * huber / len(target)
            losses.append(total)
    return (weights * torch.stack(losses)).mean()


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("name", ["none", "c51", "qr"])
def test_the_loss_and_its_gradient_are_those_that_autograd_finds(name: str, is_weighted: bool) -> None:
    distribution = make(name)
    outputs, targets = draw_outputs(distribution).requires_grad_(), draw_targets(distribution)
    weights = torch.tensor([1.0, 0.25, 0.5, 0.75])
    expected = plain_loss(name, outputs, targets, weights if is_weighted else torch.ones(4))
    torch.autograd.backward([expected])
    loss = distribution.loss(outputs.detach(), ACTIONS, targets, weights if is_weighted else None)
    torch.testing.assert_close(loss.value, expected.detach())
    torch.testing.assert_close(loss.output_grad, outputs.grad)


@pytest.mark.parametrize("name", ["none", "c51", "qr"])
def test_a_transition_that_is_predicted_rightly_has_no_priority_and_no_gradient(name: str) -> None:
    distribution = make(name)
    outputs = torch.zeros((4, 3) if name == "none" else (4, 3, distribution.atoms))
    targets = {"none": torch.zeros(4), "c51": torch.full((4, 5), 0.2), "qr": torch.zeros(4, 4)}[name]
    loss = distribution.loss(outputs, ACTIONS, targets, None)
    torch.testing.assert_close(loss.priorities, torch.zeros(4), atol=1e-6, rtol=0)
    torch.testing.assert_close(loss.output_grad, torch.zeros_like(outputs), atol=1e-6, rtol=0)


def test_q_values_are_the_means() -> None:
    assert Expectation().q_values(torch.tensor([[1.0, 2.0]])).tolist() == [[1.0, 2.0]]
    assert Quantiles(2, CPU).q_values(torch.tensor([[[1.0, 3.0], [0.0, -1.0]]])).tolist() == [[2.0, -0.5]]
    logits = torch.tensor([[[0.0, 0.0, 0.0], [-100.0, -100.0, 0.0]]])
    torch.testing.assert_close(Categorical(3, -1, 1, CPU).q_values(logits), torch.tensor([[0.0, 1.0]]))


# --- C51's projection ---


def project(returns: list[float], probabilities: list[float]) -> list[float]:
    projected = Categorical(5, -2.0, 2.0, CPU).project(torch.tensor([returns]), torch.tensor([probabilities]))
    return projected[0].tolist()


def test_a_return_on_an_atom_gives_it_all_its_mass() -> None:
    assert project([-2.0, -1.0, 0.0, 1.0, 2.0], [0.1, 0.2, 0.3, 0.15, 0.25]) == pytest.approx(
        [0.1, 0.2, 0.3, 0.15, 0.25]
    )


def test_a_return_between_two_atoms_is_shared_by_nearness() -> None:
    assert project([0.25], [1.0]) == pytest.approx([0, 0, 0.75, 0.25, 0])


def test_returns_beyond_the_support_go_to_its_ends() -> None:
    assert project([-7.0, 9.0], [0.4, 0.6]) == pytest.approx([0.4, 0, 0, 0, 0.6])


@given(st.lists(st.tuples(st.floats(-2, 2, width=32), st.floats(0.0625, 1, width=32)), min_size=1, max_size=8))
def test_a_projection_keeps_mass_and_mean(atoms: list[tuple[float, float]]) -> None:
    returns, masses = np.array(atoms).T
    probabilities = masses / masses.sum()
    projected = project(returns.tolist(), probabilities.tolist())
    assert sum(projected) == pytest.approx(1, abs=1e-5)
    assert min(projected) >= 0
    assert float(np.dot(projected, [-2, -1, 0, 1, 2])) == pytest.approx(float(np.dot(returns, probabilities)), abs=1e-5)


def test_a_terminal_next_state_leaves_the_reward_alone() -> None:
    distribution = Categorical(5, -2.0, 2.0, CPU)
    targets = distribution.targets(
        torch.tensor([1.0]), torch.tensor([0.0]), torch.randn(1, 2, 5), GreedyPolicy(torch.tensor([0]))
    )
    torch.testing.assert_close(targets, torch.tensor([[0.0, 0, 0, 1, 0]]), atol=1e-6, rtol=0)


# --- targets ---

REWARDS = torch.tensor([1.0, 2.0, -1.0])
DISCOUNTS = torch.tensor([0.9, 0.0, 0.81])
NEXT_Q_TARGET = torch.tensor([[1.0, 5.0], [7.0, 8.0], [-2.0, -4.0]])
NEXT_Q_ONLINE = torch.tensor([[3.0, 2.0], [0.0, 1.0], [-9.0, 0.5]])


def test_dqn_takes_the_target_networks_highest_value() -> None:
    policy = make_greedy_policy(NEXT_Q_TARGET, None)
    targets = Expectation().targets(REWARDS, DISCOUNTS, NEXT_Q_TARGET, policy)
    torch.testing.assert_close(targets, torch.tensor([1 + 0.9 * 5, 2.0, -1 + 0.81 * -2]))


def test_double_dqn_selects_with_the_online_network_and_values_with_the_target_network() -> None:
    policy = make_greedy_policy(NEXT_Q_ONLINE, None)
    targets = Expectation().targets(REWARDS, DISCOUNTS, NEXT_Q_TARGET, policy)
    torch.testing.assert_close(targets, torch.tensor([1 + 0.9 * 1, 2.0, -1 + 0.81 * -4]))


def test_the_quantiles_of_the_chosen_action_are_shifted_and_discounted() -> None:
    next_outputs = torch.tensor([[[0.0, 1.0], [5.0, 7.0]]])
    targets = Quantiles(2, CPU).targets(
        torch.tensor([1.0]), torch.tensor([0.5]), next_outputs, GreedyPolicy(torch.tensor([1]))
    )
    assert targets.tolist() == [[3.5, 4.5]]


# --- masks ---


def test_an_action_that_is_not_allowed_is_not_chosen_however_high_its_value() -> None:
    masks = torch.tensor([[True, False], [False, True], [True, True]])
    assert make_greedy_policy(NEXT_Q_TARGET, masks).actions.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["none", "c51", "qr"])
def test_a_soft_policy_gives_an_action_that_is_not_allowed_no_share(name: str) -> None:
    distribution = make(name)
    masks = torch.tensor([[True, True, False]]).expand(4, 3)
    next_outputs = draw_outputs(distribution)
    other = next_outputs.clone()
    other[:, 2] += 100.0
    targets = []
    for outputs in (next_outputs, other):
        policy = make_soft_policy(distribution.q_values(outputs), 0.5, masks)
        targets.append(distribution.targets(torch.zeros(4), torch.ones(4), outputs, policy))
    torch.testing.assert_close(targets[0], targets[1])
    assert targets[0].isfinite().all()


# --- Munchausen (Vieillard et al. 2020) ---


def test_soft_values_are_tau_times_the_log_of_the_summed_exponentials() -> None:
    """sum of pi (q - tau log pi) is tau log sum exp(q / tau)."""
    policy = make_soft_policy(NEXT_Q_TARGET, 0.7, None)
    torch.testing.assert_close(policy.average(NEXT_Q_TARGET), 0.7 * torch.logsumexp(NEXT_Q_TARGET / 0.7, 1))


def test_munchausen_adds_the_clipped_log_policy_of_the_action_taken() -> None:
    """pi of values ln 1 and ln 3 at tau 1 is 1/4 and 3/4."""
    policy = make_soft_policy(torch.tensor([[0.0, np.log(3.0)]] * 2), 1.0, None)
    rewards = munchausen_rewards(policy, torch.tensor([1, 0]), alpha=0.9, lowest=-1.0)
    assert rewards.tolist() == pytest.approx([0.9 * np.log(0.75), -0.9])


def test_a_soft_c51_target_has_the_mean_of_the_soft_quantile_target() -> None:
    """Both give the policy's value: the mean over actions of value plus bonus."""
    distribution = Categorical(201, -20.0, 20.0, CPU)
    support = torch.linspace(-20, 20, 201)
    next_outputs = torch.randn(4, 3, 201, generator=torch.Generator().manual_seed(0)) - support**2
    q_values = distribution.q_values(next_outputs)
    policy = make_soft_policy(q_values, 0.5, None)
    targets = distribution.targets(torch.zeros(4), torch.ones(4), next_outputs, policy)
    torch.testing.assert_close(targets @ support, policy.average(q_values), atol=1e-4, rtol=1e-4)


def test_a_soft_policy_that_is_certain_is_the_greedy_one() -> None:
    certain = SoftPolicy(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 2))
    values = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    assert certain.average(values).tolist() == GreedyPolicy(torch.tensor([1])).average(values).tolist()
