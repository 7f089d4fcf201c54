"""Values over the grid of an environment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.network import QNetwork
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.envs.catalog import find_family
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.exact_model import is_tabular, optimal_q_values, read_model
from dqn_tui.envs.geometry import GridState, GridWorld
from dqn_tui.value_pictures import GridValues, ValueQuery

Floats = NDArray[np.float32]


class GridPainter:
    """Values the states of a grid with any network of the run.

    Args:
        world: the grid.
        environment: encodes its observations.
        config: the run's settings.
    """

    def __init__(self, world: GridWorld, environment: Environment, config: Config) -> None:
        self._world = world
        self._codec = environment.make_codec()
        self._action_count = environment.spec.spaces.action_count
        self._optimum = _solve(environment, config)

    def paint(self, network: QNetwork, query: ValueQuery, seen: NDArray[np.generic] | None) -> GridValues:
        """Return the values with the options that are asked for; `seen` are observations of the replay buffer."""
        options = self._options(query)
        states = self._world.list_states(options)
        observations = self.encode(states)
        return GridValues(
            kinds=self._world.kinds,
            is_state=self._spread(states, np.ones((len(states), 1), np.float32))[..., 0] == 1,
            q_values=self._spread(states, network.q_values(observations)),
            allowed=self._spread(states, self._masks(states)) == 1,
            signs=self._world.signs(options),
            options=tuple(
                (one.name, one.values, chosen) for one, chosen in zip(self._world.options, options, strict=True)
            ),
            walls=self._world.walls,
            optimum=None if self._optimum is None else self._spread(states, self._find_optimum(states)),
            visits=None if seen is None else self._spread(states, _count_visits(observations, seen)[:, None])[..., 0],
        )

    def find(self, query: ValueQuery, cell: tuple[int, int]) -> NDArray[np.generic] | None:
        """Return the encoded observation of the state in a cell; None where there is none."""
        states = [state for state in self._world.list_states(self._options(query)) if (state.row, state.column) == cell]
        return self.encode(states)[0] if states else None

    def locate(self, query: ValueQuery, observation: NDArray[np.generic]) -> tuple[int, int] | None:
        """Return the cell with this encoded observation; None where there is none."""
        states = self._world.list_states(self._options(query))
        same = (self.encode(states) == observation).reshape(len(states), -1).all(axis=1)
        found = np.flatnonzero(same)
        return (states[found[0]].row, states[found[0]].column) if len(found) else None

    def first_cell(self, query: ValueQuery) -> tuple[int, int] | None:
        """Return the cell of the first state."""
        states = self._world.list_states(self._options(query))
        return (states[0].row, states[0].column) if states else None

    def encode(self, states: list[GridState]) -> NDArray[np.generic]:
        """Return the observations [N, *shape] of states, as at the beginning of an episode."""
        frames = self._codec.frames
        encoded = [self._codec.encode(state.observation) for state in states]
        return np.stack(encoded if frames is None else [frames.begin(frame) for frame in encoded])

    def _options(self, query: ValueQuery) -> tuple[int, ...]:
        given = (*query.options, *(one.first for one in self._world.options[len(query.options) :]))
        return tuple(number % len(one.values) for number, one in zip(given, self._world.options, strict=False))

    def _masks(self, states: list[GridState]) -> Floats:
        everything = np.ones(self._action_count, bool)
        return np.array([everything if state.mask is None else state.mask for state in states], np.float32)

    def _find_optimum(self, states: list[GridState]) -> Floats:
        assert self._optimum is not None
        return self._optimum[[state.number or 0 for state in states]]

    def _spread(self, states: list[GridState], values: Floats) -> Floats:
        """Return values [N, K] of states at their cells, [H, W, K], NaN elsewhere."""
        kinds = self._world.kinds
        spread = np.full((len(kinds), len(kinds[0]), values.shape[1]), np.nan, np.float32)
        spread[[state.row for state in states], [state.column for state in states]] = values
        return spread


def find_grid_painter(environment: Environment, config: Config) -> GridPainter | None:
    """Return a painter for an environment whose states lie on a grid; None for others."""
    world = find_family(config.env).find_grid(environment.wrapped)
    return None if world is None else GridPainter(world, environment, config)


def _solve(environment: Environment, config: Config) -> Floats | None:
    """Return the optimal Q-values [S, A] in the environment's units; None where they are not known exactly."""
    if not is_tabular(environment.wrapped) or config.wrappers or config.frame_skip > 1:
        return None
    transform = RewardTransform(config)
    model = read_model(environment.wrapped, lambda reward: float(transform.learned(np.array(reward, np.float64))))
    try:
        return transform.original(optimal_q_values(model, config.gamma).astype(np.float32))
    except ValueError:
        return None


def _count_visits(observations: NDArray[np.generic], seen: NDArray[np.generic]) -> Floats:
    """Return for each observation [N, *shape] the share of those seen that are equal to it, [N]."""
    places = {observation.tobytes(): number for number, observation in enumerate(observations)}
    counts = np.zeros(len(observations), np.float32)
    for one in seen:
        if (number := places.get(one.tobytes())) is not None:
            counts[number] += 1
    counts /= max(1, len(seen))
    return counts
