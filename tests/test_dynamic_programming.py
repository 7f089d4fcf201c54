"""The reference values that learned ones are held against, against published and hand-worked ones."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.envs.exact_model import Model, greedy_policy, optimal_q_values, read_model
from tests.dynamic_programming import best_return, expected_return, expected_visits

# In the first state action 0 takes 1 and ends; action 1 leads on with 1/2, else it stays. The second gives 4 and ends.
GAMBLE = Model(
    probabilities=np.array([[[0.0, 0.0], [0.5, 0.5]], [[0.0, 0.0], [0.0, 0.0]]]),
    following=np.array([[[0, 1], [0, 1]], [[0, 1], [0, 1]]]),
    rewards=np.array([[1.0, 0.0], [4.0, 4.0]]),
    start=np.array([1.0, 0.0]),
    allowed=np.ones((2, 2), bool),
)
ON, OUT = np.array([1, 0]), np.array([0, 0])


def test_the_best_values_of_a_gamble_are_those_worked_by_hand() -> None:
    """v = gamma (v + 4) / 2, so v = 4 gamma / (2 - gamma); with gamma 1/5 going on is worth less than 1."""
    np.testing.assert_allclose(optimal_q_values(GAMBLE, 0.5), [[1.0, 4 / 3], [4.0, 4.0]])
    np.testing.assert_allclose(optimal_q_values(GAMBLE, 0.2), [[1.0, 0.5], [4.0, 4.0]])
    assert greedy_policy(optimal_q_values(GAMBLE, 0.5)).tolist() == ON.tolist()
    assert greedy_policy(optimal_q_values(GAMBLE, 0.2)).tolist() == OUT.tolist()


def test_returns_within_a_time_limit_are_those_worked_by_hand() -> None:
    """In 3 steps, the second state is reached in time for its reward with 1/2 + 1/4."""
    assert expected_return(GAMBLE, ON, 3) == pytest.approx(3.0)
    assert expected_return(GAMBLE, OUT, 3) == 1.0
    assert expected_visits(GAMBLE, ON, 3).tolist() == [1.75, 0.75]
    # With one step left it is better to leave: 1/2 at 4, 1/4 at 4, 1/4 at 1.
    assert best_return(GAMBLE, 3) == pytest.approx(0.5 * 4 + 0.25 * 4 + 0.25 * 1)
    assert best_return(GAMBLE, 1) == 1.0


def test_values_that_never_settle_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dqn_tui.envs.exact_model.MAX_SWEEPS", 100)
    for_ever = Model(
        np.ones((1, 1, 1)), np.zeros((1, 1, 1), np.int64), np.ones((1, 1)), np.ones(1), np.ones((1, 1), bool)
    )
    with pytest.raises(ValueError, match="gamma 1"):
        optimal_q_values(for_ever, 1.0)


@pytest.mark.parametrize(
    ("env_id", "gamma", "horizon", "greedy", "best", "value"),
    [
        ("FrozenLake-v1", 0.99, 100, 0.7402, 0.7442, 0.54203),
        ("FrozenLake8x8-v1", 0.999, 200, 0.8857, 0.9132, None),
        ("CliffWalking-v1", 0.99, 27_000, -13.0, -13.0, -(1 - 0.99**13) / 0.01),
        ("Taxi-v4", 0.99, 200, 7.93, 7.93, None),
    ],
)
def test_the_toy_texts_have_their_published_values(
    env_id: str, gamma: float, horizon: int, greedy: float, best: float, value: float | None
) -> None:
    model = read_model(gym.make(env_id, disable_env_checker=True))
    q_values = optimal_q_values(model, gamma)
    assert expected_return(model, greedy_policy(q_values), horizon) == pytest.approx(greedy, abs=5e-5)
    assert best_return(model, horizon) == pytest.approx(best, abs=5e-5)
    assert value is None or model.start @ q_values.max(axis=1) == pytest.approx(value, abs=5e-6)


def test_an_expected_return_is_what_episodes_give_on_average() -> None:
    env = gym.make("FrozenLake-v1", disable_env_checker=True)
    model = read_model(env)
    policy = greedy_policy(optimal_q_values(model, 0.99))
    returns = []
    for seed in range(1_000):
        state, _ = env.reset(seed=seed)
        is_over, episode_return = False, 0.0
        while not is_over:
            state, reward, terminated, truncated, _ = env.step(policy[state])
            is_over, episode_return = terminated or truncated, episode_return + float(reward)
        returns.append(episode_return)
    spread = np.std(returns) / np.sqrt(len(returns))
    assert np.mean(returns) == pytest.approx(expected_return(model, policy, 100), abs=4 * spread)
