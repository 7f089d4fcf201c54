"""Actions of a space as numbers in [0, A), and masks of the allowed ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from dqn_tui.errors import SettingError, UsageError

MOST_COMBINATIONS = 1_024
_DISCRETE = "discrete actions (Discrete, MultiDiscrete or MultiBinary)"


class Actions:
    """The actions of a space.

    A Box becomes a grid: `bins` values in each dimension, in equal steps from its lowest to its highest.

    Attributes:
        count: A.
        decode: converts an action number, in [0, A), to the environment's own action.
        names: a name for each action of a grid, its values; empty for other spaces.

    Args:
        space: Discrete, MultiDiscrete, MultiBinary, or a bounded Box with `bins`.
        bins: values in each dimension of a Box; 0 refuses it.

    Raises:
        UsageError: the space is of another kind, or has more than `MOST_COMBINATIONS` actions.
    """

    count: int
    decode: Callable[[int], Any]

    def __init__(self, space: spaces.Space[Any], bins: int = 0) -> None:
        self.names: tuple[str, ...] = ()
        if bins and not isinstance(space, spaces.Box):
            raise SettingError(f"action_bins is for continuous actions, and the actions are {space}", "action_bins")
        if isinstance(space, spaces.Discrete):
            self._sizes = [int(space.n)]
            self.decode = _make_shift(int(space.start))
        elif isinstance(space, spaces.Box):
            table = _make_grid(space, bins)
            self._sizes = [bins] * math.prod(space.shape)
            self.decode = _look_up(table)
            self.names = tuple(" ".join(f"{value:+.3g}" for value in action.ravel()) for action in table)
        elif isinstance(space, spaces.MultiDiscrete | spaces.MultiBinary):
            is_binary = isinstance(space, spaces.MultiBinary)
            sizes = np.full(space.shape, 2) if is_binary else space.nvec  # type: ignore[union-attr]
            start = 0 if is_binary else space.start  # type: ignore[union-attr]
            self._sizes = [int(size) for size in sizes.ravel()]
            self.decode = _look_up((_combine(self._sizes, space.shape, space) + start).astype(space.dtype))
        else:
            raise UsageError(f"DQN needs {_DISCRETE}, got {space}")
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


def _look_up(table: NDArray[Any]) -> Callable[[int], NDArray[Any]]:
    return lambda action: table[action].copy()


def _combine(sizes: Sequence[int], shape: Sequence[int], space: object) -> NDArray[np.int64]:
    """Return all combinations of numbers below `sizes`, [A, *shape], in C order: the last one changes fastest."""
    count = math.prod(sizes)
    if count > MOST_COMBINATIONS:
        raise UsageError(
            f"actions may have at most {MOST_COMBINATIONS:,} combinations, got {count:,} in {space}; "
            f"choose some of them with a wrapper: --wrap MODULE:NAME"
        )
    combinations = np.stack(np.unravel_index(np.arange(count), tuple(sizes)), axis=1)
    return combinations.reshape(count, *shape)


def _make_grid(space: spaces.Box, bins: int) -> NDArray[Any]:
    """Return the values of a grid over a Box, [A, *shape]."""
    if not bins:
        raise SettingError(
            f"DQN needs {_DISCRETE}, got {space}; --set action_bins=5 chooses from a grid of 5 values in each "
            f"dimension",
            "action_bins",
        )
    if not space.is_bounded():
        raise SettingError(f"action_bins needs actions with finite bounds, got {space}", "action_bins")
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)
    steps = _combine([bins] * math.prod(space.shape), space.shape, f"{space} with action_bins={bins}")
    grid = low + (high - low) * steps / (bins - 1)
    return (np.rint(grid) if np.issubdtype(space.dtype, np.integer) else grid).astype(space.dtype)


def _join(sizes: list[int]) -> str:
    return " + ".join(map(str, sizes))
