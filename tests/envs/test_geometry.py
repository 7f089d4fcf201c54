"""The grids on which families say that states lie, held against the environments themselves."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.config import Config
from dqn_tui.envs.catalog import find_family
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.exact_model import is_tabular, read_model
from dqn_tui.envs.geometry import GridWorld
from dqn_tui.envs.make import make_environment

MOVES = {"←": (0, -1), "→": (0, 1), "↑": (-1, 0), "↓": (1, 0)}


def find(env_id: str, **env_kwargs: Any) -> tuple[GridWorld, Environment]:
    environment = make_environment(Config(env=env_id, env_kwargs=env_kwargs))
    world = find_family(env_id).find_grid(environment.wrapped)
    assert world is not None
    return world, environment


@pytest.mark.parametrize(
    ("env_id", "env_kwargs", "values"),
    [
        ("FrozenLake-v1", {"is_slippery": False}, ()),
        ("FrozenLake8x8-v1", {"is_slippery": False}, ()),
        ("FrozenLake-v1", {"is_slippery": False, "desc": ["SFFF", "FHFG"]}, ()),
        ("CliffWalking-v1", {}, ()),
        ("Taxi-v4", {}, (0, 1)),
        ("Taxi-v4", {}, (4, 2)),
    ],
)
def test_arrows_point_where_the_table_of_transitions_leads(env_id: str, env_kwargs: Any, values: Any) -> None:
    """Each move ends in the cell that its arrow points to, or stays where there is an edge or a wall."""
    world, environment = find(env_id, **env_kwargs)
    table = environment.unwrapped.P
    states = world.list_states(values)
    places = {state.number: (state.row, state.column) for state in states}
    moves = 0
    for state in states:
        for action, sign in enumerate(world.signs(values)):
            ((_, following, _, is_over),) = table[state.number][action]
            if sign not in MOVES or is_over or following not in places:
                continue
            row, column = (start + move for start, move in zip((state.row, state.column), MOVES[sign], strict=True))
            if places[following] == (row, column):
                moves += 1
            else:
                is_outside = not (0 <= row < len(world.kinds) and 0 <= column < len(world.kinds[0]))
                fell = env_id.startswith("Cliff") and not is_outside and world.kinds[row][column] == "C"
                assert is_outside or fell or _has_wall(world, state.row, state.column, column)
    assert moves > len(states)
    environment.close()


def _has_wall(world: GridWorld, row: int, column: int, target: int) -> bool:
    return world.walls is not None and bool(world.walls[row, min(column, target)]) and column != target


@pytest.mark.parametrize(
    ("env_id", "count"), [("FrozenLake-v1", 11), ("FrozenLake8x8-v1", 53), ("CliffWalking-v1", 37)]
)
def test_cells_in_which_nobody_acts_have_no_state(env_id: str, count: int) -> None:
    world, environment = find(env_id)
    assert len(world.list_states(())) == count
    environment.close()


def test_taxis_states_with_all_options_are_all_states_with_the_masks_of_the_environment() -> None:
    world, environment = find("Taxi-v4")
    assert is_tabular(environment.wrapped)
    allowed = read_model(environment.wrapped).allowed
    states = [
        state
        for passenger in range(len(world.options[0].values))
        for destination in range(len(world.options[1].values))
        for state in world.list_states((passenger, destination))
    ]
    assert sorted(state.number or 0 for state in states) == list(range(500))
    for state in states:
        np.testing.assert_array_equal(state.mask, allowed[state.number])
    assert world.kinds[0] == "R...G"
    environment.close()


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Taxi-v4", "MountainCar-v0", "Acrobot-v1"])
def test_axes_are_as_many_as_there_are_entries(env_id: str) -> None:
    env = gym.make(env_id)
    axes = find_family(env_id).measure_axes(env)
    assert len(axes) == (env.observation_space.shape or (0,))[0] if axes else env_id == "Taxi-v4"
    assert all(axis.low < axis.high for axis in axes)
    env.close()


def test_other_environments_have_no_grid() -> None:
    environment = make_environment(Config(env="CartPole-v1"))
    assert find_family("CartPole-v1").find_grid(environment.wrapped) is None
    assert find_family("Blackjack-v1").find_grid(gym.make("Blackjack-v1")) is None
    environment.close()


def test_minigrids_cells_show_what_the_agent_would_see_there() -> None:
    pytest.importorskip("minigrid")
    config = Config(env="MiniGrid-Empty-5x5-v0", observation_keys=("image", "direction"), one_hot_planes=True)
    environment = make_environment(config)
    world = find_family(config.env).find_grid(environment.wrapped)
    assert world is not None
    assert world.kinds == ("#####", "#...#", "#...#", "#..G#", "#####")
    (corner,) = (state for state in world.list_states((0,)) if (state.row, state.column) == (1, 1))
    # The agent starts in the corner and faces right; one step forward leads to the cell beside it.
    encode = environment.make_codec().encode
    np.testing.assert_array_equal(encode(corner.observation), environment.reset(0))
    (beside,) = (state for state in world.list_states((0,)) if (state.row, state.column) == (1, 2))
    np.testing.assert_array_equal(encode(beside.observation), environment.step(2).observation)
    environment.close()
