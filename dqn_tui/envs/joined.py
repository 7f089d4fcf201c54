"""Several environments whose games step together, while each prepares its own observations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.envs.batch import Steps
from dqn_tui.envs.environment import Environment, Replayed
from dqn_tui.envs.families.family import JoinedGames
from dqn_tui.envs.serial import SerialEnvironments


class JoinedEnvironments(SerialEnvironments):
    """E single environments that prepare observations as ever, around games that step together.

    Args:
        environments: around the games.
        games: of the environments.
        frame_skip: number of the games' steps in each step.
    """

    def __init__(self, environments: Sequence[Environment], games: JoinedGames, frame_skip: int) -> None:
        super().__init__(environments)
        self._games = games
        self._frame_skip = frame_skip

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `batch.Environments`."""
        self._games.foresee(seed_of)

    def reset(self, seeds: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """See `batch.Environments`."""
        self._games.prepare(seeds)
        return super().reset(seeds)

    def step(self, actions: NDArray[np.int64]) -> Steps:
        """See `batch.Environments`."""
        taken = dict(enumerate(actions.tolist()))
        for _ in range(self._frame_skip):
            self._games.step(taken)
        return super().step(actions)

    def play_again(self, seeds: Sequence[int], actions: Sequence[NDArray[np.int64]]) -> list[Replayed | None]:
        """See `batch.Environments`."""
        self._games.prepare(dict(enumerate(seeds)))
        return super().play_again(seeds, actions)

    def close(self) -> None:
        """See `batch.Environments`."""
        super().close()
        self._games.close()
