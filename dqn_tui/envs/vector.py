"""Several environments that step together: in turn, in worker processes, or as one vector environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dqn_tui.config import Config
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.native import find_native, make_native_environments
from dqn_tui.envs.parallel import ParallelEnvironments
from dqn_tui.envs.serial import SerialEnvironments, make_each
from dqn_tui.errors import SettingError

MOST_WORKERS_PER_CORE = 16


def check_vectorization(config: Config) -> None:
    """Check that an environment that can be made supports the configured vectorization.

    Raises:
        SettingError: it has no vector environment of its own, or there would be too many processes for the cores.
    """
    if config.vectorization == "native":
        find_native(config)
    most = MOST_WORKERS_PER_CORE * (os.cpu_count() or 1)
    if config.vectorization == "parallel" and config.num_envs > most:
        raise SettingError(
            f"num_envs must be <= {most} with vectorization=parallel on this machine, got {config.num_envs}: each is a "
            f"process; with vectorization=serial they share one",
            "num_envs",
            "vectorization",
        )


def make_environments(config: Config, imports: Sequence[str] = (), output: Path | None = None) -> Environments:
    """Make the environments that a run trains in, ready to reset.

    Args:
        config: the keys num_envs, vectorization, and those of `make_environment`.
        imports: modules that register environments; worker processes import them again.
        output: the file to which worker processes append what they print; None discards it.

    Raises:
        UsageError: the environment cannot be made, or not this way.
    """
    if config.vectorization == "parallel":
        return ParallelEnvironments(config, imports, output)
    if config.vectorization == "native":
        return make_native_environments(config)
    return SerialEnvironments(make_each(config))
