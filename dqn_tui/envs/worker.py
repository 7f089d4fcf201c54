"""The worker process of `parallel`: one environment, which ends with its parent."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector.async_vector_env import _async_worker
from numpy.typing import NDArray

from dqn_tui.approval import approve_wrappers
from dqn_tui.config import Config
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.local import Factory, register_factory
from dqn_tui.envs.make import import_environments, make_environment
from dqn_tui.errors import read_message
from dqn_tui.parent_death import die_with_parent

TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGHUP)
FAILURE = "failure"
ORPHANED_CODE = 1
POLL_SECONDS = 1.0
# <sys/prctl.h>


@dataclass(frozen=True)
class Failure:
    """An exception of the environment: its type and message, and the traceback."""

    message: str
    traceback: str


def work(output: Path | None, *arguments: Any) -> None:
    """Run Gymnasium's worker, deaf to the terminal's signals, until the parent closes it or ends.

    Args:
        output: the file to which the process's standard output and error are appended; None discards them.
        arguments: of Gymnasium's worker.
    """
    end_with_parent()
    _leave_terminal(output)
    try:
        _async_worker(*arguments)
    except OSError:
        # The parent has closed its end of the pipe.
        return


def end_with_parent() -> None:
    """Make this process end within seconds of its parent, however that ends, also while the environment hangs.

    On Linux the kernel kills it, as soon as the thread that started it is gone. Elsewhere a thread watches for a new
    parent, as long as foreign code lets it run.
    """
    parent = multiprocessing.parent_process()
    parent_id = os.getppid() if parent is None else parent.pid
    if die_with_parent():
        if os.getppid() != parent_id:
            # It ended before the kernel was asked.
            os._exit(ORPHANED_CODE)
        return
    threading.Thread(target=watch_parent, args=(parent_id,), name="parent watch", daemon=True).start()


def watch_parent(parent_id: int | None) -> None:
    """End this process once it has another parent."""
    pause = threading.Event()
    while os.getppid() == parent_id:
        pause.wait(POLL_SECONDS)
    os._exit(ORPHANED_CODE)


def _leave_terminal(output: Path | None) -> None:
    """Leave the terminal's signals, and all printing on it, to the parent."""
    os.setsid()
    for number in TERMINAL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL_SIGNALS)
    sink = _open_output(output)
    for stream in (1, 2):
        os.dup2(sink, stream)
    os.close(sink)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Whole lines, so that those of several workers do not mix, and a killed worker's last ones are not lost.
        sys.stdout.reconfigure(line_buffering=True, write_through=False)


def _open_output(path: Path | None) -> int:
    """Open the file for appending, never through a link; a file that cannot be opened is replaced by nothing."""
    if path is not None:
        try:
            return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        except OSError:
            pass
    return os.open(os.devnull, os.O_WRONLY)


class WorkerEnvironment(gym.Env[NDArray[Any], Any]):
    """An `Environment` with the interface that `AsyncVectorEnv` needs.

    Exceptions go to the parent as a `Failure`, in the info of step and reset or as play_again's answer: one that
    reached Gymnasium's worker would end the process, and not every exception can be pickled.
    """

    def __init__(self, config: Config, imports: Sequence[str], index: int, factory: Factory | None = None) -> None:
        # The parent makes no worker with wrappers that were not approved there.
        approve_wrappers(config.wrappers)
        for module in imports:
            import_environments(module)
        if factory is not None:
            register_factory(factory, config.env)
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
        """Start an episode, like Gymnasium's; the seed is required."""
        del options
        assert seed is not None
        try:
            return self._environment.reset(seed), self._info()
        except BaseException as error:  # noqa: BLE001 - foreign code
            return self._nothing, {FAILURE: _describe(error)}

    def step(self, action: int) -> tuple[NDArray[Any], float, bool, bool, dict[str, Any]]:
        """Take an action, like Gymnasium's."""
        try:
            return *self._environment.step(int(action)), self._info()
        except BaseException as error:  # noqa: BLE001 - foreign code
            return self._nothing, 0.0, True, False, {FAILURE: _describe(error)}

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> Replayed | Failure | None:
        """Play this environment's part of `batch.Environments.play_again`."""
        try:
            return self._environment.play_again(seeds[self._index], actions[self._index])
        except BaseException as error:  # noqa: BLE001 - foreign code
            return _describe(error)

    def close(self) -> None:
        """Free the environment's resources."""
        self._environment.close()

    def _info(self) -> dict[str, Any]:
        mask = self._environment.action_mask
        return {} if mask is None else {"action_mask": mask}


def _describe(error: BaseException) -> Failure:
    return Failure(f"{type(error).__name__}: {read_message(error)}", traceback.format_exc())
