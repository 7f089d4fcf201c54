"""Measures a saved policy over greedy episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.dqn.network import QNetwork
    from dqn_tui.training.evaluation import Evaluation

EPISODES = 100
"""Of an evaluation, where nothing else is said."""


def measure_policy(network: QNetwork, config: Config, *, episodes: int, seed: int) -> Evaluation:
    """Play greedy episodes in an environment that is made for them; `seed` determines their starts.

    Raises:
        UsageError: the environment cannot be made.
        Exception: the environment's own.
    """
    from dqn_tui.envs.make import make_environment
    from dqn_tui.seeding import episode_seed
    from dqn_tui.training.evaluation import evaluate

    environment = make_environment(config)
    evaluation = evaluate(
        network,
        environment,
        episodes,
        lambda episode: episode_seed(seed, "eval", 0, episode),
        max_steps=config.eval_max_steps,
    )
    environment.close()
    assert evaluation is not None
    return evaluation
