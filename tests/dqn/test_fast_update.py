"""The fast update against the general one."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui.dqn.agent import Agent, Update
from dqn_tui.dqn.replay import Batch
from dqn_tui.spaces import Spaces
from tests.helpers import quick_config

SPACES = Spaces((5,), 3)


def make_batch(generator: np.random.Generator, size: int, *, is_weighted: bool, is_masked: bool) -> Batch:
    masks = None
    if is_masked:
        masks = generator.random((size, 3)) < 0.6
        masks[:, 0] = True
    return Batch(
        observations=generator.normal(size=(size, 5)).astype(np.float32),
        actions=generator.integers(0, 3, size),
        rewards=generator.normal(scale=2, size=size).astype(np.float32),
        discounts=generator.choice([0.0, 0.97], size).astype(np.float32),
        next_observations=generator.normal(size=(size, 5)).astype(np.float32),
        masks=masks,
        next_masks=masks,
        weights=generator.random(size).astype(np.float32) if is_weighted else None,
        indices=np.arange(size),
    )


def make_agents(**settings: object) -> tuple[Agent, Agent]:
    """Return two agents with the same weights: one that updates fast, and one that does it as every other network."""
    config = quick_config(net_arch=[16, 12], max_grad_norm=0.5, **settings)
    fast, general = Agent(config, SPACES), Agent(config, SPACES)
    assert fast._fast_update is not None
    general._fast_update = None
    return fast, general


def update_both(agents: tuple[Agent, Agent], batch: Batch, step: int) -> tuple[Update, Update]:
    fast, general = (agent.update(batch, step) for agent in agents)
    return fast, general


@pytest.mark.parametrize(
    ("is_double", "is_weighted", "is_masked"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_thousand_updates_lead_to_the_same_weights(is_double: bool, is_weighted: bool, is_masked: bool) -> None:
    agents = make_agents(double=is_double, learning_rate=1e-3)
    generator = np.random.default_rng(7)
    for step in range(1000):
        batch = make_batch(generator, 32, is_weighted=is_weighted, is_masked=is_masked)
        fast, general = update_both(agents, batch, step)
        if step % 50 == 0:
            np.testing.assert_allclose(fast.statistics, general.statistics, rtol=1e-4, atol=1e-5)
            np.testing.assert_allclose(fast.priorities, general.priorities, atol=1e-4)
            for agent in agents:
                agent.update_target()
    np.testing.assert_allclose(agents[0].online.flat.numpy(), agents[1].online.flat.numpy(), atol=1e-5)


def test_batches_may_differ_in_size() -> None:
    agents = make_agents(double=True)
    generator = np.random.default_rng(8)
    for size in (4, 9, 1, 9):
        fast, general = update_both(agents, make_batch(generator, size, is_weighted=True, is_masked=False), 0)
        np.testing.assert_allclose(fast.td_errors, general.td_errors, atol=1e-5)
    np.testing.assert_allclose(agents[0].online.flat.numpy(), agents[1].online.flat.numpy(), atol=1e-6)


def test_the_running_statistics_of_observations_count() -> None:
    agents = make_agents(normalize_observations=True)
    generator = np.random.default_rng(9)
    for agent in agents:
        agent.online.observe(np.random.default_rng(1).normal(3.0, 5.0, (50, 5)).astype(np.float32))
    fast, general = update_both(agents, make_batch(generator, 8, is_weighted=False, is_masked=False), 0)
    np.testing.assert_allclose(fast.statistics, general.statistics, rtol=1e-5)


def test_results_of_an_update_outlast_the_next_one() -> None:
    agent, _ = make_agents()
    generator = np.random.default_rng(10)
    first = agent.update(make_batch(generator, 8, is_weighted=False, is_masked=False), 0)
    kept = first.td_errors.copy()
    agent.update(make_batch(generator, 8, is_weighted=False, is_masked=False), 1)
    np.testing.assert_array_equal(first.td_errors, kept)


@pytest.mark.parametrize(
    "settings",
    [
        {"dueling": True},
        {"noisy": True},
        {"distribution": "c51", "v_min": -5.0, "v_max": 5.0},
        {"distribution": "qr"},
        {"munchausen": True},
    ],
)
def test_other_members_of_the_family_take_the_general_path(settings: dict[str, object]) -> None:
    assert Agent(quick_config(**settings), SPACES)._fast_update is None
