"""Actions of a Discrete or MultiDiscrete space as numbers in [0, A), and masks of the allowed ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.errors import UsageError

MOST_COMBINATIONS = 1_024


class Actions:
    """The actions of a space.

    Attributes:
        count: A.
        decode: converts an action number, in [0, A), to the environment's own action.

    Raises:
        UsageError: the space is not discrete, or has more than `MOST_COMBINATIONS` actions.
    """

    count: int
    decode: Callable[[int], Any]

    def __init__(self, space: spaces.Space[Any]) -> None:
        if isinstance(space, spaces.Discrete):
            self._sizes = [int(space.n)]
            self.decode = _make_shift(int(space.start))
        elif isinstance(space, spaces.MultiDiscrete):
            self._sizes = [int(size) for size in space.nvec.ravel()]
            self.decode = _make_table(space)
        else:
            raise UsageError(
                f"DQN needs discrete actions (Discrete or MultiDiscrete), got {space}; "
                "for continuous control, choose an environment with a discrete version"
            )
        self.count = math.prod(self._sizes)

    def read_mask(self, mask: Any, *, is_over: bool) -> NDArray[np.bool_]:
        """Convert `info["action_mask"]` to bool [A]; for MultiDiscrete it may be a tuple with a mask per dimension.

        After an episode's last step a mask may allow nothing; it then becomes one that allows everything, since no
        action follows.

        Raises:
            ValueError: it has another size, or allows nothing before the end.
        """
        parts = [np.array(part, bool).reshape(-1) for part in (mask if isinstance(mask, tuple) else (mask,))]
        sizes = [part.size for part in parts]
        if sizes not in ([self.count], self._sizes):
            raise ValueError(f"info['action_mask'] must have {self._describe_sizes()} entries, got {_join(sizes)}")
        allowed: NDArray[np.bool_] = reduce(np.logical_and.outer, parts).reshape(-1)
        if not allowed.any():
            if not is_over:
                raise ValueError(f"info['action_mask'] must allow an action, got none of {self.count} allowed")
            allowed[:] = True
        return allowed

    def _describe_sizes(self) -> str:
        return str(self.count) if len(self._sizes) == 1 else f"{self.count} or {_join(self._sizes)}"


def _make_shift(start: int) -> Callable[[int], int]:
    if start == 0:
        return int
    return lambda action: int(action) + start


def _make_table(space: spaces.MultiDiscrete) -> Callable[[int], NDArray[Any]]:
    """Number the combinations in C order: the last dimension changes fastest."""
    count = math.prod(int(size) for size in space.nvec.ravel())
    if count > MOST_COMBINATIONS:
        raise UsageError(
            f"MultiDiscrete actions may have at most {MOST_COMBINATIONS:,} combinations, got {count:,} in {space}"
        )
    combinations = np.stack(np.unravel_index(np.arange(count), space.nvec.ravel()), axis=1)
    table = (combinations.reshape(count, *space.shape) + space.start).astype(space.dtype)
    return lambda action: table[action].copy()


def _join(sizes: list[int]) -> str:
    return " + ".join(map(str, sizes))
