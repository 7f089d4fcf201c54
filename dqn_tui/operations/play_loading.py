"""Loads what a person plays: an environment, and the policy of a run beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from dqn_tui.config import Config
from dqn_tui.operations.target import check_environment

if TYPE_CHECKING:
    from dqn_tui.runs.checkpoint import Checkpoint
    from dqn_tui.training.person_player import Loaded

Warn = Callable[[str], None]


def load_environment(config: Config, imports: tuple[str, ...], warn: Warn) -> Loaded:
    """Make the environment that a person plays alone, without loading torch.

    Raises:
        UsageError: it cannot be made.
    """
    check_environment(config, imports, warn)
    return _make(config)


def load_beside_policy(checkpoint: Checkpoint, imports: tuple[str, ...], warn: Warn) -> Loaded:
    """Make the environment of a run, as it is trained in, and load the policy of a checkpoint to look on.

    Raises:
        UsageError: the environment cannot be made, or the checkpoint is damaged.
    """
    from dqn_tui.runs.checkpoint import check_fit, read_settings
    from dqn_tui.training.evaluation import value_actions
    from dqn_tui.training.policy import load_policy

    config = read_settings(checkpoint)
    policy = load_policy(checkpoint, config)
    check_fit(checkpoint, check_environment(config, imports, warn, checkpoint.path).spaces)
    return _make(config)._replace(judge=partial(value_actions, policy.network), policy=policy.label)


def _make(config: Config) -> Loaded:
    from dqn_tui.envs.catalog import find_family
    from dqn_tui.envs.make import make_environment
    from dqn_tui.training.person_player import Loaded

    return Loaded(make_environment(config, should_render=True), find_family(config.env).is_turn_based)
