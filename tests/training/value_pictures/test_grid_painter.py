"""Values over grids: networks of known Q-values, visits counted by hand, the optimum by dynamic programming."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dqn_tui.config import Config, parse_config
from dqn_tui.envs.exact_model import optimal_q_values, read_model
from dqn_tui.envs.make import make_environment
from dqn_tui.settings import read_preset
from dqn_tui.training.policy import Policy
from dqn_tui.training.value_pictures.loading import load_easel
from dqn_tui.value_pictures import GridValues, ValueQuery
from dqn_tui.view.grids import ERROR, cell_values, find_greedy
from tests.dynamic_programming import expected_visits
from tests.helpers import train
from tests.training.value_pictures.helpers import Desk, table_network

LAKE = Config(env="FrozenLake-v1", net_arch=(), gamma=0.99)


def paint_grid(desk: Desk, query: ValueQuery | None = None) -> GridValues:
    overview = desk.easel.paint(query or ValueQuery()).overview
    assert isinstance(overview, GridValues)
    return overview


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "Taxi-v4"])
def test_a_network_of_the_optimal_values_has_no_error_in_any_cell(env_id: str, tmp_path: Path) -> None:
    config = Config(env=env_id, net_arch=(), gamma=0.97)
    environment = make_environment(config)
    q_values = optimal_q_values(read_model(environment.wrapped), 0.97)
    desk = Desk(config, tmp_path, table_network(config, environment, q_values))
    grid = paint_grid(desk, ValueQuery(options=(2, 3)))
    assert grid.is_state.any()
    assert np.nanmax(np.abs(cell_values(grid, ERROR))) < 1e-4
    np.testing.assert_array_equal(np.isnan(grid.q_values).all(axis=2), ~grid.is_state)


def test_each_cell_has_the_q_values_of_its_state(tmp_path: Path) -> None:
    environment = make_environment(LAKE)
    q_values = np.arange(64, dtype=np.float32).reshape(16, 4)
    desk = Desk(LAKE, tmp_path, table_network(LAKE, environment, q_values))
    grid = paint_grid(desk)
    assert grid.kinds == ("S...", ".H.H", "...H", "H..G")
    for row, column in np.argwhere(grid.is_state):
        np.testing.assert_array_equal(grid.q_values[row, column], q_values[4 * row + column])


def test_values_are_in_the_environments_own_units(tmp_path: Path) -> None:
    config = Config(env="FrozenLake-v1", net_arch=(), gamma=0.99, reward_scale=10.0)
    environment = make_environment(config)
    q_values = 10 * optimal_q_values(read_model(environment.wrapped), 0.99)
    desk = Desk(config, tmp_path, table_network(config, environment, q_values))
    grid = paint_grid(desk)
    assert float(grid.q_values[0, 0, 0]) == pytest.approx(0.54203, abs=1e-4)
    assert np.nanmax(np.abs(cell_values(grid, ERROR))) < 1e-4


def test_visits_are_shares_of_the_states_in_the_replay_buffer(tmp_path: Path) -> None:
    desk = Desk(LAKE, tmp_path)
    desk.seen = np.eye(16, dtype=np.float32)[[0, 0, 4, 14]]
    grid = paint_grid(desk)
    assert grid.visits is not None
    assert [float(grid.visits[cell]) for cell in ((0, 0), (1, 0), (3, 2), (2, 2))] == [0.5, 0.25, 0.25, 0.0]
    assert desk.easel.paint(ValueQuery(cursor=(1, 0))).state.visits == 0.25  # type: ignore[union-attr]


def test_without_a_replay_buffer_there_are_no_visits_and_the_picture_says_so(tmp_path: Path) -> None:
    picture = Desk(LAKE, tmp_path).easel.paint(ValueQuery())
    assert isinstance(picture.overview, GridValues)
    assert picture.overview.visits is None
    assert picture.remarks


def test_a_map_of_the_users_own_is_drawn_as_it_is(tmp_path: Path) -> None:
    config = Config(env="FrozenLake-v1", net_arch=(), env_kwargs={"desc": ["SFFFF", "HHHFG"]})
    grid = paint_grid(Desk(config, tmp_path))
    assert grid.kinds == ("S....", "HHH.G")
    assert grid.q_values.shape == (2, 5, 4)


def test_the_cursor_is_on_the_first_state_of_an_episode_at_first(tmp_path: Path) -> None:
    picture = Desk(Config(env="CliffWalking-v1", net_arch=()), tmp_path).easel.paint(ValueQuery())
    assert picture.state is not None
    assert picture.state.cell == (3, 0)


def check_arrows(grid: GridValues, config: Config) -> int:
    """Check that the optimal policy reaches only states whose greedy actions are all optimal; return their number."""
    environment = make_environment(config)
    model = read_model(environment.wrapped)
    exact = optimal_q_values(model, config.gamma)
    width = len(grid.kinds[0])
    best = exact.max(axis=1, keepdims=True)
    reached = expected_visits(model, exact.argmax(axis=1), 100) > 1e-3
    greedy = find_greedy(grid.q_values, grid.allowed)
    checked = 0
    for row, column in np.argwhere(grid.is_state):
        state = width * row + column
        if reached[state]:
            chosen = int(np.where(grid.allowed[row, column], grid.q_values[row, column], -np.inf).argmax())
            assert greedy[row, column, chosen]
            assert exact[state, chosen] >= best[state] - 1e-3, (row, column)
            checked += 1
    return checked


def test_arrows_of_known_values_are_the_optimal_policys(tmp_path: Path) -> None:
    environment = make_environment(LAKE)
    exact = optimal_q_values(read_model(environment.wrapped), LAKE.gamma)
    noise = np.random.default_rng(0).uniform(-2e-3, 2e-3, exact.shape)
    desk = Desk(LAKE, tmp_path, table_network(LAKE, environment, exact + noise))
    assert check_arrows(paint_grid(desk), LAKE) >= 8


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_frozen_lakes_arrows_after_its_presets_training_are_the_optimal_policys(tmp_path: Path) -> None:
    config = parse_config(read_preset("frozenlake"))
    session = train(tmp_path, **config.model_dump())
    agent, trainer = session.agent, session.trainer
    easel = load_easel(
        config, session.folder, lambda: Policy(agent.copy_policy(), trainer.step), trainer.learner.copy_observations
    )
    overview = easel.paint(ValueQuery()).overview
    assert isinstance(overview, GridValues)
    assert check_arrows(overview, config) >= 8
    easel.close()
