"""The other side of `parallel`: one environment in a process of its own."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector.async_vector_env import _async_worker
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.make import import_environments, make_environment

TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGHUP)
FAILURE = "failure"


@dataclass(frozen=True)
class Failure:
    """What an environment raised: its type and message, and the traceback."""

    message: str
    traceback: str


def work(*arguments: Any) -> None:
    """Gymnasium's worker, deaf to the terminal, silent, and gone when the parent is."""
    _leave_terminal()
    try:
        _async_worker(*arguments)
    except OSError:
        # There is nobody at the other end of the pipe.
        return


def _leave_terminal() -> None:
    """The parent alone answers the terminal's signals, and alone writes on it."""
    os.setsid()
    for number in TERMINAL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL_SIGNALS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


class WorkerEnvironment(gym.Env[NDArray[Any], Any]):
    """An `Environment` as `AsyncVectorEnv` wants it.

    What it raises goes to the parent as a `Failure`, in step's and reset's info or as play_again's answer: an
    exception of Gymnasium's worker would end the process, and not every exception can be pickled.
    """

    def __init__(self, config: Config, imports: Sequence[str], index: int) -> None:
        for module in imports:
            import_environments(module)
        self._environment = make_environment(config)
        self._index = index
        self.environment_spec: EnvironmentSpec = self._environment.spec
        shape = self.environment_spec.spaces.observation_shape
        dtype = np.dtype(self.environment_spec.spaces.observation_dtype)
        is_bytes = dtype == np.uint8
        self.observation_space = spaces.Box(0 if is_bytes else -np.inf, 255 if is_bytes else np.inf, shape, dtype.type)
        self.action_space = spaces.Discrete(self.environment_spec.spaces.action_count)
        self._nothing = np.zeros(shape, dtype)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """As Gymnasium's; the seed must be given."""
        del options
        assert seed is not None
        try:
            return self._environment.reset(seed), self._info()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
            return self._nothing, {FAILURE: _describe(error)}

    def step(self, action: int) -> tuple[NDArray[Any], float, bool, bool, dict[str, Any]]:
        """As Gymnasium's."""
        try:
            return *self._environment.step(int(action)), self._info()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
            return self._nothing, 0.0, True, False, {FAILURE: _describe(error)}

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> Replayed | Failure | None:
        """This environment's part of `batch.Environments.play_again`."""
        try:
            return self._environment.play_again(seeds[self._index], actions[self._index])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
            return _describe(error)

    def close(self) -> None:
        """Free what the environment holds."""
        self._environment.close()

    def _info(self) -> dict[str, Any]:
        mask = self._environment.action_mask
        return {} if mask is None else {"action_mask": mask}


def _describe(error: BaseException) -> Failure:
    return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
