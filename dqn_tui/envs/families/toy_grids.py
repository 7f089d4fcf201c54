"""The grids of toy text: FrozenLake's and CliffWalking's maps, Taxi's town."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dqn_tui.envs.geometry import FREE, GridOption, GridState, GridWorld

if TYPE_CHECKING:
    import gymnasium as gym

_ENDS = "HG"
_CLIFF = "C"
_TAXI_PLACES = ("R", "G", "Y", "B")
_TAXI_SIZE = 5


def find_grid(env: gym.Env[Any, Any]) -> GridWorld | None:
    """Return the grid of FrozenLake, CliffWalking or Taxi, with the map that this environment was made with."""
    makers: dict[str, Callable[[Any], GridWorld]] = {
        "FrozenLakeEnv": _find_lake,
        "CliffWalkingEnv": _find_cliff,
        "TaxiEnv": _find_town,
    }
    make = makers.get(type(env.unwrapped).__name__)
    return None if make is None else make(env.unwrapped)


def _find_lake(lake: Any) -> GridWorld:
    kinds = tuple("".join(cell.decode() for cell in row).replace("F", FREE) for row in lake.desc)
    return GridWorld(kinds, _lister(kinds, _ENDS), lambda _: ("←", "↓", "→", "↑"))


def _find_cliff(walk: Any) -> GridWorld:
    height, width = walk.shape
    rows = [[_CLIFF if walk._cliff[row, column] else FREE for column in range(width)] for row in range(height)]
    rows[-1][0], rows[-1][-1] = "S", "G"
    kinds = tuple("".join(row) for row in rows)
    return GridWorld(kinds, _lister(kinds, _CLIFF + "G"), lambda _: ("↑", "→", "↓", "←"))


def _lister(kinds: tuple[str, ...], stateless: str) -> Callable[[tuple[int, ...]], list[GridState]]:
    """Return a function that lists the cells in which the agent acts, numbered row by row."""
    states = [
        GridState(row, column, row * len(line) + column, number=row * len(line) + column)
        for row, line in enumerate(kinds)
        for column, kind in enumerate(line)
        if kind not in stateless
    ]
    return lambda _: states


def _find_town(taxi: Any) -> GridWorld:
    import numpy as np

    town = taxi.desc[1:-1]
    kinds = tuple("".join(cell.decode() for cell in row[1::2]).replace(" ", FREE) for row in town)
    walls = np.array([[cell == b"|" for cell in row[2::2]] for row in town])
    # The frame is no wall between cells.
    walls[:, -1] = False

    def list_states(values: tuple[int, ...]) -> list[GridState]:
        passenger, destination = values
        states = []
        for row in range(_TAXI_SIZE):
            for column in range(_TAXI_SIZE):
                number = int(taxi.encode(row, column, passenger, destination))
                mask = np.asarray(taxi.action_mask(number), bool)
                states.append(GridState(row, column, number, mask, number))
        return states

    options = (GridOption("passenger", (*_TAXI_PLACES, "aboard")), GridOption("destination", _TAXI_PLACES, 1))
    return GridWorld(kinds, list_states, lambda _: ("↓", "↑", "→", "←", "P", "D"), options, walls)
