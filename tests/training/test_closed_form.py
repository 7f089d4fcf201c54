"""The whole trainer on problems whose Q-values are known in closed form.

Rewards are 0.1, not 1: errors stay below 1, where the Huber loss is the squared one and its minimum the mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.helpers import Session, train
from tests.toy import CHAIN_LENGTH

GAMMA = 0.9


def learn(runs_dir: Path, env: str, n_steps: int, *, double: bool = True) -> Session:
    return train(
        runs_dir,
        env=f"Toy/{env}-v0",
        n_steps=n_steps,
        gamma=GAMMA,
        double=double,
        net_arch=[],
        total_timesteps=1_500,
        learning_starts=100,
        train_freq=1,
        batch_size=64,
        learning_rate="lin_0.02",
        target_update_interval=10,
        log_every=1_000,
    )


def values(session: Session, observation: NDArray[Any]) -> list[float]:
    q_values: list[float] = session.agent.online.q_values(observation.astype(np.float32)[None])[0].tolist()
    return q_values


@pytest.mark.parametrize("n_steps", [1, 3])
def test_a_truncated_episode_still_bootstraps(tmp_path: Path, n_steps: int) -> None:
    """0.1 forever is worth 1. Treating truncation as termination gives 0.526, storing the reset step 0.909."""
    session = learn(tmp_path, "Truncated", n_steps)
    assert values(session, np.ones(1)) == pytest.approx([1.0, 1.0], abs=0.02)


@pytest.mark.parametrize(
    ("n_steps", "value"),
    [
        # Q = 0.1 + 0.9 * (9/10 Q)
        (1, 0.1 / (1 - 0.81)),
        # 8 of 10 steps have three rewards before them, 7 bootstrap
        (3, 0.1 * (8 * 2.71 + 1.9 + 1) / 10 / (1 - 0.7 * 0.729)),
    ],
)
def test_a_terminated_episode_does_not_bootstrap(tmp_path: Path, n_steps: int, value: float) -> None:
    session = learn(tmp_path, "Terminated", n_steps)
    assert values(session, np.ones(1)) == pytest.approx([value, value], abs=0.05)


@pytest.mark.parametrize("n_steps", [1, 3, 5])
@pytest.mark.parametrize("double", [False, True])
def test_a_reward_at_the_end_of_a_chain_is_discounted_to_every_state(
    tmp_path: Path, n_steps: int, double: bool
) -> None:
    session = learn(tmp_path, "Chain", n_steps, double=double)
    for state in range(CHAIN_LENGTH):
        value = GAMMA ** (CHAIN_LENGTH - 1 - state)
        assert values(session, np.eye(CHAIN_LENGTH)[state]) == pytest.approx([value, value], abs=0.02)
