"""Greedy episodes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.envs.make import make_environment
from dqn_tui.seeding import episode_seed
from dqn_tui.spaces import Spaces
from dqn_tui.training.evaluation import Evaluation, evaluate
from tests.helpers import quick_config


def seed_of(episode: int) -> int:
    return episode_seed(1, "eval", 0, episode)


def make_network() -> QNetwork:
    return QNetwork(quick_config(), Spaces((4,), 2), generator=torch.Generator().manual_seed(0))


def play_by_hand(network: QNetwork, seed: int) -> tuple[float, int]:
    environment = make_environment(Config(env="CartPole-v1"))
    observation, total, length = environment.reset(seed), 0.0, 0
    while True:
        with torch.no_grad():
            action = int(network(torch.from_numpy(observation).unsqueeze(0)).argmax())
        step = environment.step(action)
        observation, total, length = step.observation, total + step.reward, length + 1
        if step.terminated or step.truncated:
            return total, length


def test_it_plays_the_greedy_policy_from_the_given_seeds() -> None:
    network = make_network()
    evaluation = evaluate(network, make_environment(Config(env="CartPole-v1")), 5, seed_of, max_steps=1_000)
    assert evaluation is not None
    expected = [play_by_hand(network, seed_of(episode)) for episode in range(5)]
    assert list(zip(evaluation.returns, evaluation.lengths, strict=True)) == expected


def test_playing_again_gives_the_same() -> None:
    environment = make_environment(Config(env="CartPole-v1"))
    first, second = (evaluate(make_network(), environment, 3, seed_of, max_steps=100) for _ in range(2))
    assert first == second


def test_it_returns_none_once_it_should_not_continue() -> None:
    asked = 0

    def should_continue() -> bool:
        nonlocal asked
        asked += 1
        return asked < 12

    environment = make_environment(Config(env="Toy/Endless-v0"))
    network = QNetwork(quick_config(net_arch=[]), Spaces((1,), 2), generator=torch.Generator().manual_seed(0))
    assert evaluate(network, environment, 5, seed_of, max_steps=100, should_continue=should_continue) is None
    assert asked == 12


def test_its_statistics_are_numpys() -> None:
    evaluation = Evaluation((1.0, 2.0, 6.0), (10, 20, 30))
    assert evaluation.mean == 3
    assert evaluation.std == pytest.approx(np.std([1, 2, 6]))
    assert evaluation.mean_length == 20


def test_the_interval_holds_the_mean_narrows_with_episodes_and_is_the_same_each_time() -> None:
    few, many = (Evaluation(tuple(float(i % 10) for i in range(n)), (1,) * n) for n in (10, 200))
    for evaluation in (few, many):
        low, high = evaluation.confidence_interval()
        assert low < evaluation.mean < high
        assert (low, high) == evaluation.confidence_interval()
        error = evaluation.std / len(evaluation.returns) ** 0.5
        assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert Evaluation((5.0, 5.0), (1, 1)).confidence_interval() == (5.0, 5.0)
