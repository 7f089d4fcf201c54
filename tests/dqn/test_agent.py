"""The agent against numbers worked by hand and a plain PyTorch twin."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dqn_tui.dqn.agent import Agent, weights_sha256
from dqn_tui.dqn.replay import Batch
from dqn_tui.errors import DivergedError
from dqn_tui.spaces import Spaces
from tests.helpers import quick_config

SPACES = Spaces((3,), 2)


def make_batch(seed: int, size: int = 16) -> Batch:
    generator = np.random.default_rng(seed)
    return Batch(
        observations=generator.normal(size=(size, 3)).astype(np.float32),
        actions=generator.integers(0, 2, size),
        rewards=generator.normal(scale=3, size=size).astype(np.float32),
        discounts=generator.choice([0.0, 0.9], size).astype(np.float32),
        next_observations=generator.normal(size=(size, 3)).astype(np.float32),
        masks=None,
        next_masks=None,
        weights=None,
        indices=np.arange(size),
    )


def make_single(reward: float) -> Batch:
    """Return one transition to a terminal observation; inputs are 0, so only biases count."""
    zero = np.zeros((1, 1), np.float32)
    return make_batch(0, 1)._replace(
        observations=zero,
        actions=np.array([1]),
        rewards=np.array([reward], np.float32),
        discounts=np.zeros(1, np.float32),
        next_observations=zero,
    )


def make_zero_agent(**settings: float) -> Agent:
    """Return a linear agent whose Q-values are all 0."""
    agent = Agent(quick_config(net_arch=[], **settings), Spaces((1,), 2))
    agent.online.flat.zero_()
    agent.update_target()
    return agent


class Twin:
    """DQN as in a textbook."""

    def __init__(self, agent: Agent, *, double: bool, max_grad_norm: float, tau: float) -> None:
        self.online, self.target = self._make_net(agent), self._make_net(agent)
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=1.0)
        self.double, self.max_grad_norm, self.tau = double, max_grad_norm, tau

    @staticmethod
    def _make_net(agent: Agent) -> nn.Sequential:
        net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 2))
        for own, other in zip(net.parameters(), agent.online.parameters(), strict=True):
            own.data.copy_(other.data)
        return net

    def update(self, batch: Batch, learning_rate: float) -> tuple[float, float]:
        targets = []
        for i in range(len(batch.actions)):
            next_observation = torch.from_numpy(batch.next_observations[i])
            next_q = self.target(next_observation).detach()
            selector = self.online(next_observation).detach() if self.double else next_q
            targets.append(float(batch.rewards[i]) + float(batch.discounts[i]) * next_q[selector.argmax()])
        values = torch.stack(
            [self.online(torch.from_numpy(batch.observations[i]))[batch.actions[i]] for i in range(len(batch.actions))]
        )
        loss = nn.functional.smooth_l1_loss(values, torch.stack(targets))
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.optimizer.zero_grad()
        torch.autograd.backward([loss])
        norm = nn.utils.clip_grad_norm_(self.online.parameters(), self.max_grad_norm)
        self.optimizer.step()
        return loss.item(), norm.item()

    def update_target(self) -> None:
        for own, other in zip(self.target.parameters(), self.online.parameters(), strict=True):
            own.data.copy_((1 - self.tau) * own.data + self.tau * other.data)


def flatten(net: nn.Module) -> torch.Tensor:
    return torch.cat([tensor.reshape(-1) for tensor in net.state_dict().values()])


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("tau", [1.0, 0.1])
@pytest.mark.parametrize("max_grad_norm", [10.0, 0.2])
def test_updates_are_those_of_a_plain_pytorch_twin(double: bool, tau: float, max_grad_norm: float) -> None:
    config = quick_config(
        net_arch=[8, 6],
        double=double,
        tau=tau,
        max_grad_norm=max_grad_norm,
        learning_rate="lin_0.01",
        total_timesteps=40,
    )
    agent = Agent(config, SPACES)
    twin = Twin(agent, double=double, max_grad_norm=max_grad_norm, tau=tau)
    for step in range(1, 25):
        batch = make_batch(step)
        statistics, *_ = agent.update(batch, step)
        loss, norm = twin.update(batch, 0.01 * (1 - step / 40))
        assert statistics.loss == pytest.approx(loss, rel=1e-4)
        assert statistics.grad_norm == pytest.approx(norm, rel=1e-4)
        if step % 4 == 0:
            agent.update_target()
            twin.update_target()
        torch.testing.assert_close(flatten(agent.online), flatten(twin.online), rtol=1e-3, atol=2e-5)
        torch.testing.assert_close(flatten(agent.target), flatten(twin.target), rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize(("reward", "gradient"), [(100.0, -1.0), (-100.0, 1.0), (0.3, -0.3), (-0.3, 0.3)])
def test_the_gradient_of_each_error_is_clipped_to_one_and_never_vanishes(reward: float, gradient: float) -> None:
    agent = make_zero_agent()
    agent.update(make_single(reward), 1)
    # weight [2, 1], then bias [2]; the transition took action 1
    torch.testing.assert_close(agent.online.flat_grad, torch.tensor([0, 0, 0, gradient]))


def test_the_reported_gradient_norm_is_the_one_before_clipping() -> None:
    agent = make_zero_agent(max_grad_norm=0.25)
    statistics, *_ = agent.update(make_single(100.0), 1)
    assert statistics.grad_norm == pytest.approx(1.0)
    assert torch.linalg.vector_norm(agent.online.flat_grad).item() == pytest.approx(0.25, rel=1e-4)


def test_the_statistics_are_means_over_the_batch() -> None:
    agent = make_zero_agent()
    zeros = np.zeros((2, 1), np.float32)
    batch = make_batch(0, 2)._replace(
        observations=zeros,
        actions=np.array([0, 1]),
        rewards=np.array([3.0, -0.5], np.float32),
        discounts=np.zeros(2, np.float32),
        next_observations=zeros,
    )
    statistics, priorities, td_errors = agent.update(batch, 1)
    assert priorities.tolist() == td_errors.tolist() == [3.0, 0.5]
    assert statistics.loss == pytest.approx(((3 - 0.5) + 0.5 * 0.25) / 2)
    assert statistics.q_mean == 0
    assert statistics.target_mean == pytest.approx(1.25)
    assert statistics.td_error == pytest.approx(1.75)


def test_the_target_network_starts_equal_and_shares_no_memory() -> None:
    agent = Agent(quick_config(), SPACES)
    assert torch.equal(agent.target.flat, agent.online.flat)
    online = {tensor.data_ptr() for tensor in agent.online.state_dict().values()}
    assert online.isdisjoint(tensor.data_ptr() for tensor in agent.target.state_dict().values())


def test_updates_change_the_online_network_only() -> None:
    agent = Agent(quick_config(), SPACES)
    online, target = agent.online.flat.clone(), agent.target.flat.clone()
    for step in range(5):
        agent.update(make_batch(step), step)
    assert torch.equal(agent.target.flat, target)
    assert not torch.equal(agent.online.flat, online)


@pytest.mark.parametrize("tau", [1.0, 0.25])
def test_a_target_update_moves_by_tau_towards_the_online_network(tau: float) -> None:
    agent = Agent(quick_config(tau=tau), SPACES)
    before = agent.target.flat.clone()
    agent.online.flat.add_(2.0)
    online = agent.online.flat.clone()
    agent.update_target()
    torch.testing.assert_close(agent.target.flat, before + 2.0 * tau)
    assert torch.equal(agent.online.flat, online)


def test_the_target_network_takes_no_gradient() -> None:
    agent = Agent(quick_config(), SPACES)
    agent.update(make_batch(0), 1)
    assert not agent.target.flat_grad.any()


def test_it_acts_greedily_without_epsilon_and_at_random_with_it() -> None:
    agent = Agent(quick_config(net_arch=[]), Spaces((1,), 3))
    agent.online.flat.copy_(torch.tensor([0.0, 0, 0, 1, 3, 2]))
    generator = np.random.default_rng(0)
    observations = np.zeros((2, 1), np.float32)
    assert {tuple(agent.act(observations, None, 0.0, generator)) for _ in range(50)} == {(1, 1)}
    counts = np.bincount([agent.act(observations, None, 1.0, generator)[0] for _ in range(3_000)], minlength=3)
    assert counts.min() > 900


def test_epsilon_is_the_share_of_uniform_actions() -> None:
    agent = Agent(quick_config(net_arch=[]), Spaces((1,), 2))
    agent.online.flat.copy_(torch.tensor([0.0, 0, 0, 1]))
    generator = np.random.default_rng(0)
    taken = [agent.act(np.zeros((1, 1), np.float32), None, 0.4, generator)[0] for _ in range(5_000)]
    assert np.mean(np.equal(taken, 0)) == pytest.approx(0.2, abs=0.02)


def test_each_environment_has_a_separate_epsilon_draw() -> None:
    """A single draw would make both explore, or neither."""
    agent = Agent(quick_config(net_arch=[]), Spaces((1,), 1_000))
    agent.online.flat.copy_(torch.cat([torch.zeros(1_000), torch.ones(1), torch.zeros(999)]))
    generator = np.random.default_rng(0)
    actions = np.array([agent.act(np.zeros((2, 1), np.float32), None, 0.5, generator) for _ in range(2_000)])
    explores = actions != 0
    assert np.mean(explores[:, 0] != explores[:, 1]) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("epsilon", [0.0, 0.5, 1.0])
def test_an_action_that_is_not_allowed_is_never_taken(epsilon: float) -> None:
    agent = Agent(quick_config(net_arch=[]), Spaces((1,), 3))
    agent.online.flat.copy_(torch.tensor([0.0, 0, 0, 1, 3, 2]))
    masks = np.array([[True, False, True], [False, False, True]])
    generator = np.random.default_rng(0)
    taken = np.array([agent.act(np.zeros((2, 1), np.float32), masks, epsilon, generator) for _ in range(500)])
    assert set(taken[:, 0]) == ({2} if epsilon == 0 else {0, 2})
    assert set(taken[:, 1]) == {2}


@pytest.mark.parametrize(("next_mask", "target"), [([True, True], 0.9 * 5), ([True, False], 0.9 * 1)])
@pytest.mark.parametrize("double", [False, True])
def test_an_action_that_is_not_allowed_is_never_bootstrapped(
    double: bool, next_mask: list[bool], target: float
) -> None:
    agent = make_zero_agent(double=double)
    agent.online.flat.copy_(torch.tensor([0.0, 0, 1, 5]))
    agent.update_target()
    batch = make_single(0.0)._replace(discounts=np.array([0.9], np.float32), next_masks=np.array([next_mask]))
    assert agent.update(batch, 1).statistics.target_mean == pytest.approx(target)


def test_acting_draws_only_from_the_given_generator() -> None:
    agent = Agent(quick_config(), SPACES)
    observations = np.zeros((1, 3), np.float32)

    def act(seed: int) -> list[int]:
        generator = np.random.default_rng(seed)
        return [int(agent.act(observations, None, 0.5, generator)[0]) for _ in range(64)]

    legacy, own = np.random.get_state(legacy=False)["state"]["key"].copy(), torch.get_rng_state()
    assert act(1) == act(1)
    assert act(1) != act(2)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], legacy)
    assert torch.equal(torch.get_rng_state(), own)


def test_the_weights_hash_is_that_of_little_endian_bytes_in_state_dict_order() -> None:
    agent = Agent(quick_config(), SPACES)
    content = b"".join(tensor.numpy().astype("<f4").tobytes() for tensor in agent.online.state_dict().values())
    assert weights_sha256(agent.online) == hashlib.sha256(content).hexdigest()


def test_weights_depend_on_the_seed_alone() -> None:
    hashes = [weights_sha256(Agent(quick_config(seed=seed), SPACES).online) for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


FAMILY = {
    "dqn": {},
    "dueling": {"dueling": True},
    "noisy": {"noisy": True},
    "c51": {"distribution": "c51", "atoms": 5},
    "qr": {"distribution": "qr", "atoms": 5},
    "munchausen": {"munchausen": True},
    "all of Rainbow": {"dueling": True, "noisy": True, "distribution": "c51", "atoms": 5},
}


@pytest.mark.parametrize("settings", FAMILY.values(), ids=FAMILY.keys())
def test_a_restored_agent_continues_to_learn_as_before(settings: dict[str, Any]) -> None:
    agent, loaded = (Agent(quick_config(seed=seed, **settings), SPACES) for seed in (3, 9))
    for step in range(1, 6):
        agent.update(make_batch(step), step)
    saved = copy.deepcopy(agent.get_state())
    for other in (loaded, Agent(quick_config(seed=10, **settings), SPACES)):
        other.set_state(saved)
        assert torch.equal(other.target.flat, agent.target.flat)
        assert not torch.equal(other.target.flat, other.online.flat)
    for step in range(6, 12):
        theirs, ours = loaded.update(make_batch(step), step), agent.update(make_batch(step), step)
        assert theirs.statistics == ours.statistics
        np.testing.assert_array_equal(theirs.priorities, ours.priorities)
    assert weights_sha256(loaded.online) == weights_sha256(agent.online)


def test_an_agent_refuses_a_state_of_another_shape() -> None:
    with pytest.raises(ValueError, match="expected"):
        Agent(quick_config(), SPACES).set_state(Agent(quick_config(), Spaces((4,), 2)).get_state())


def test_an_update_that_is_not_finite_is_refused_and_leaves_the_weights_as_they_were() -> None:
    agent = make_zero_agent()
    agent.update(make_single(1.0), 1)
    before = agent.online.flat.clone()
    for reward in (float("nan"), float("inf")):
        with pytest.raises(DivergedError, match="step 2"):
            agent.update(make_single(reward), 2)
    assert torch.equal(agent.online.flat, before)


def test_q_values_beyond_float32_are_refused_like_a_loss_that_is_not_finite() -> None:
    """The configuration allows no such reward_scale; it stands in for any other cause."""
    agent = Agent(quick_config().model_copy(update={"reward_scale": 1e-50}), SPACES)
    before = agent.online.flat.clone()
    with pytest.raises(DivergedError, match=r"mean Q-value .* at step 7, with a reward_scale of 1e-50"):
        agent.update(make_batch(0), 7)
    assert torch.equal(agent.online.flat, before)


def test_the_greedy_value_is_that_of_an_allowed_action_in_unscaled_units() -> None:
    agent = Agent(quick_config(net_arch=[], reward_scale=0.5), Spaces((1,), 3))
    agent.online.flat.copy_(torch.tensor([0.0, 0, 0, 1, 3, 2]))
    observations = np.zeros((2, 1), np.float32)
    assert agent.value_greedily(observations, None).tolist() == [6.0, 6.0]
    masks = np.array([[True, True, True], [True, False, True]])
    assert agent.value_greedily(observations, masks).tolist() == [6.0, 4.0]
