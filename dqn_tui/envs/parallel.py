"""Environments in processes of their own, on Gymnasium's `AsyncVectorEnv`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from multiprocessing import resource_tracker
from typing import Any, NoReturn, TypeVar

import numpy as np
from gymnasium.vector import AsyncVectorEnv, AutoresetMode
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.batch import AlternatingArrays, Steps
from dqn_tui.envs.environment import EnvironmentSpec, Replayed
from dqn_tui.envs.worker import FAILURE, TERMINAL_SIGNALS, Failure, WorkerEnvironment, work
from dqn_tui.errors import UsageError

T = TypeVar("T")
REAP_SECONDS = 1.0


class WorkerError(Exception):
    """The traceback of a worker process, as the cause of the error that the parent raises."""


class ParallelEnvironments:
    """Each in a process of its own: `batch.Environments`.

    Its methods raise RuntimeError, with the environment's own message, where an environment raises, and where a process
    is gone; then nothing but `close` can follow.

    Raises:
        UsageError: the environment cannot be made.
    """

    def __init__(self, config: Config, imports: Sequence[str] = ()) -> None:
        makers = [partial(WorkerEnvironment, config, tuple(imports), index) for index in range(config.num_envs)]
        vector = _start(makers)
        if vector is None:
            raise UsageError(
                f"{config.env}: a worker process could not make it; what registers it must be importable, "
                f"got --import {' '.join(imports) or 'nothing'}"
            )
        self._vector: Any = vector
        self._is_broken = False
        self.count = config.num_envs
        self.spec: EnvironmentSpec = self._ask(partial(self._vector.get_attr, "environment_spec"))[0]
        self._arrays = AlternatingArrays(self.count, self.spec)

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
        """End the processes."""
        if self._vector.closed:
            return
        if not self._is_broken:
            self._vector.close()
            return
        self._vector.closed = True
        for process, pipe in zip(self._vector.processes, self._vector.parent_pipes, strict=True):
            pipe.close()
            process.terminate()
            process.join()

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except (EOFError, OSError):
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
        raise RuntimeError(f"a worker process ended: {ended or 'which one is not known'}") from None


def _read_masks(infos: Mapping[str, Any]) -> NDArray[np.bool_] | None:
    """The action masks [E, A]; Gymnasium fills in zeros for those who sent none, and says who did."""
    if "action_mask" not in infos:
        return None
    masks: NDArray[np.bool_] = infos["action_mask"]
    masks[~infos["_action_mask"]] = True
    return masks


def _start(makers: Sequence[Callable[[], WorkerEnvironment]]) -> AsyncVectorEnv[Any, Any] | None:
    """None where a worker ends at once; its error ends here, so that nothing holds the half-made object any longer.

    The parent has threads, which do not survive a fork, so it is "spawn".
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL_SIGNALS)
    try:
        # Until a worker ignores the terminal's signals itself, it inherits that they wait. The process that cleans up
        # after workers does too; starting it, Python lets some of them through again.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL_SIGNALS)
        return AsyncVectorEnv(makers, copy=False, context="spawn", worker=work, autoreset_mode=AutoresetMode.DISABLED)
    except (EOFError, OSError):
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
