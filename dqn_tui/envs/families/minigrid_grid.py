"""The grid of a MiniGrid environment: what the agent would see if it stood in each free cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dqn_tui.envs.geometry import FREE, WALL, GridOption, GridState, GridWorld

if TYPE_CHECKING:
    import gymnasium as gym

_ARROWS = ("→", "↓", "←", "↑")
_OTHER_SIGNS = ("P", "D", "T", "X")
_KINDS = {"wall": WALL, "floor": FREE, "goal": "G", "lava": "L", "door": "D", "key": "K", "ball": "O", "box": "B"}
_ENDS = ("goal", "lava")


def find_grid(env: gym.Env[Any, Any]) -> GridWorld | None:
    """Return the grid; None where the environment has none, or its wrappers do more than change observations."""
    grid_env: Any = env.unwrapped
    if not hasattr(grid_env, "gen_obs") or not hasattr(grid_env, "grid"):
        return None
    env.reset(seed=0)
    width, height = grid_env.grid.width, grid_env.grid.height
    kinds = tuple("".join(_kind(grid_env, column, row) for column in range(width)) for row in range(height))
    # All at once: the next episode may change the grid.
    by_direction = [_list_states(env, direction) for direction in range(len(_ARROWS))]
    directions = GridOption("facing", ("right", "down", "left", "up"))
    return GridWorld(
        kinds,
        lambda values: by_direction[values[0]],
        lambda values: ("↶", "↷", _ARROWS[values[0]], *_OTHER_SIGNS)[: grid_env.action_space.n],
        (directions,),
    )


def _kind(grid_env: Any, column: int, row: int) -> str:
    thing = grid_env.grid.get(column, row)
    return FREE if thing is None else _KINDS.get(thing.type, "?")


def _list_states(env: gym.Env[Any, Any], direction: int) -> list[GridState]:
    """Return what the agent would see in each cell that it can be in, and leave it where it was."""
    grid_env: Any = env.unwrapped
    before = grid_env.agent_pos, grid_env.agent_dir
    states = []
    for row in range(grid_env.grid.height):
        for column in range(grid_env.grid.width):
            thing = grid_env.grid.get(column, row)
            if thing is None or (thing.can_overlap() and thing.type not in _ENDS):
                grid_env.agent_pos, grid_env.agent_dir = (column, row), direction
                states.append(GridState(row, column, _observe(env)))
    grid_env.agent_pos, grid_env.agent_dir = before
    return states


def _observe(env: gym.Env[Any, Any]) -> Any:
    """Return the present observation, as the wrappers of observations change it."""
    import gymnasium as gym

    wrappers = []
    while isinstance(env, gym.Wrapper):
        wrappers.append(env)
        env = env.env
    observation: Any = env.gen_obs()  # type: ignore[attr-defined]
    for wrapper in reversed(wrappers):
        if isinstance(wrapper, gym.ObservationWrapper):
            observation = wrapper.observation(observation)
    return observation
