"""Environments in worker processes, on Gymnasium's `AsyncVectorEnv`."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from gymnasium.error import ClosedEnvironmentError
from gymnasium.vector import AsyncVectorEnv, AutoresetMode
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.batch import AlternatingArrays, Steps
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.local import check_can_travel
from dqn_tui.envs.spawning import without_main_module
from dqn_tui.envs.worker import FAILURE, TERMINAL_SIGNALS, Failure, WorkerEnvironment, work
from dqn_tui.envs.wrappers import check_approved
from dqn_tui.errors import UsageError

T = TypeVar("T")
# Time for a dead process to be reaped, for environments to close, and for a terminated process to end.
REAP_SECONDS = 1.0
CLOSE_SECONDS = 5.0
TERMINATE_SECONDS = 1.0


class WorkerError(Exception):
    """The traceback in a worker process, as the cause of the error that the parent raises."""


class ParallelEnvironments:
    """E environments, each in a worker process: `batch.Environments`.

    Methods raise RuntimeError where an environment raises, with its own message, and where a process has ended; after
    that, only `close` can be called.

    Args:
        config: of the environments.
        imports: modules that register environments; each worker imports them again.
        output: the file to which workers append what they print; None discards it.

    Raises:
        UsageError: the environment cannot be made.
    """

    def __init__(self, config: Config, imports: Sequence[str] = (), output: Path | None = None) -> None:
        check_approved(config.wrappers)
        factory = check_can_travel(config.env)
        makers = [
            partial(WorkerEnvironment, config, tuple(imports), index, factory) for index in range(config.num_envs)
        ]
        vector = _start(makers, output)
        if vector is None:
            raise UsageError(
                f"{config.env}: a worker process could not make it; name the module that registers it with --import, "
                f"got {' '.join(imports) or 'none'}"
            )
        self._vector: Any = vector
        self._is_broken = False
        self.count = config.num_envs
        self.spec: EnvironmentSpec = self._ask(partial(self._vector.get_attr, "environment_spec"))[0]
        self._arrays = AlternatingArrays(self.count, self.spec)

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `batch.Environments`."""

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """See `batch.Environments`."""
        indices = list(seeds)
        mask = np.zeros(self.count, bool)
        mask[indices] = True
        each = [seeds.get(index) for index in range(self.count)]
        observations, infos = self._ask(partial(self._vector.reset, seed=each, options={"reset_mask": mask}))
        self._check(infos.get(FAILURE, ()))
        masks = _read_masks(infos)
        return observations[indices], None if masks is None else masks[indices]

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """See `batch.Environments`."""
        shared, rewards, terminated, truncated, infos = self._ask(partial(self._vector.step, actions))
        self._check(infos.get(FAILURE, ()))
        observations = self._arrays.take()
        np.copyto(observations, shared)
        return Steps(observations, rewards, terminated, truncated, _read_masks(infos))

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """See `batch.Environments`."""
        answers = self._ask(partial(self._vector.call, "play_again", list(seeds), list(actions)))
        self._check(answers)
        return list(answers)

    def close(self) -> None:
        """Let the environments close and the processes end, and kill those that hang.

        It may be called while another thread waits in `step`, which then raises RuntimeError.
        """
        if self._vector.closed:
            return
        self._vector.closed = True
        for pipe in self._vector.parent_pipes:
            with suppress(OSError):
                pipe.send(("close", None))
        self._join(0.0 if self._is_broken else CLOSE_SECONDS)
        for process in self._vector.processes:
            process.terminate()
        self._join(TERMINATE_SECONDS)
        for process in self._vector.processes:
            process.kill()
            process.join()
        for pipe in self._vector.parent_pipes:
            pipe.close()

    def _join(self, seconds: float) -> None:
        """Wait until all processes have ended, but not longer than `seconds`."""
        deadline = time.monotonic() + seconds
        for process in self._vector.processes:
            process.join(max(0.0, deadline - time.monotonic()))

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except (EOFError, OSError, ClosedEnvironmentError):
            if self._vector.closed:
                # Only `close` may wait for the processes: two threads cannot both reap one.
                raise RuntimeError("the worker processes were closed") from None
            self._is_broken = True
            self._fail_for_dead_process()

    def _check(self, answers: Sequence[object]) -> None:
        for index, answer in enumerate(answers):
            if isinstance(answer, Failure):
                message = f"environment {index} of {self.count}: {answer.message}"
                raise RuntimeError(message) from WorkerError(answer.traceback)

    def _fail_for_dead_process(self) -> NoReturn:
        for process in self._vector.processes:
            process.join(REAP_SECONDS / self.count)
        codes = {index: process.exitcode for index, process in enumerate(self._vector.processes) if process.exitcode}
        ended = ", ".join(f"environment {index} of {self.count} (exit code {code})" for index, code in codes.items())
        raise RuntimeError(f"a worker process ended: {ended or 'it is not known which'}") from None


def _read_masks(infos: Mapping[str, Any]) -> NDArray[np.bool_] | None:
    """Return the action masks [E, A]; Gymnasium fills in zeros for environments that sent none, and says which did."""
    if "action_mask" not in infos:
        return None
    masks: NDArray[np.bool_] = infos["action_mask"]
    masks[~infos["_action_mask"]] = True
    return masks


def _start(makers: Sequence[Callable[[], WorkerEnvironment]], output: Path | None) -> AsyncVectorEnv[Any, Any] | None:
    """Start the workers; return None where one ends at once.

    The error is dropped here, so that nothing refers to the half-made object. The start method is "spawn", since the
    parent has threads, which do not survive a fork.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL_SIGNALS)
    try:
        # A worker inherits the blocked signals until it ignores them itself. So does the process that cleans up after
        # workers; while it is started, Python unblocks some of them.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL_SIGNALS)
        with without_main_module():
            return AsyncVectorEnv(
                makers,
                copy=False,
                context="spawn",
                worker=partial(work, output),
                autoreset_mode=AutoresetMode.DISABLED,
            )
    except (EOFError, OSError):
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
