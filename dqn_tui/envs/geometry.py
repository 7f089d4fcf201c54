"""Where an environment's states lie, for pictures of a value function: on a grid, or along axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WALL, FREE = "#", "."


class PlaneAxis(NamedTuple):
    """An entry of the observation vector: its name, the range that a map shows, in the environment's units."""

    name: str
    low: float
    high: float
    unit: str = ""


class GridOption(NamedTuple):
    """A part of the state that a cell does not tell, such as where Taxi's passenger is.

    Attributes:
        name: what it is.
        values: its possible values.
        first: number of the value that is shown first.
    """

    name: str
    values: tuple[str, ...]
    first: int = 0


class GridState(NamedTuple):
    """A state that lies in a cell.

    Attributes:
        row, column: its cell.
        observation: as the environment with its wrappers returns it.
        mask: the actions that are allowed there, bool [A]; None where all are.
        number: its number in the environment's table of transitions; None without one.
    """

    row: int
    column: int
    observation: Any
    mask: NDArray[np.bool_] | None = None
    number: int | None = None


@dataclass(frozen=True)
class GridWorld:
    """The grid that an environment's states lie on.

    Attributes:
        kinds: a letter for each cell, row by row; `WALL` and `FREE` have none of their own.
        list_states: returns the states with the given value of each option, at most one for each cell.
        signs: returns a sign for each action with these values: an arrow where it moves, else a letter.
        options: what a cell does not tell.
        walls: whether there is a wall on the right of each cell, bool [H, W]; None without such walls.
    """

    kinds: tuple[str, ...]
    list_states: Callable[[tuple[int, ...]], list[GridState]]
    signs: Callable[[tuple[int, ...]], tuple[str, ...]]
    options: tuple[GridOption, ...] = ()
    walls: NDArray[np.bool_] | None = None
