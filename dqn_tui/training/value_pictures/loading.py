"""Makes what pictures of a run's value function need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.make import make_environment
from dqn_tui.runs.folder import RunFolder
from dqn_tui.training.policy import Policy
from dqn_tui.training.policy_shelf import PolicyShelf
from dqn_tui.training.value_pictures.easel import Easel


def load_easel(
    config: Config,
    folder: RunFolder,
    fetch_policy: Callable[[], Policy | None],
    fetch_seen: Callable[[], NDArray[Any] | None],
) -> Easel:
    """Return an easel with an environment of its own.

    Args:
        config: the run's settings.
        folder: the run folder.
        fetch_policy: returns the policy that the run has now; None where it does not answer.
        fetch_seen: returns observations of the replay buffer; None where there are none.

    Raises:
        UsageError: the environment cannot be made.
    """
    environment = make_environment(config)
    try:
        return Easel(config, environment, lambda spaces: PolicyShelf(fetch_policy, folder, config, spaces), fetch_seen)
    except BaseException:
        environment.close()
        raise
