"""Functions that make environments, passed by the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dqn_tui.envs.local import find_local, is_local, register_factory
from dqn_tui.errors import UsageError, show_value


def use_factory(factory: Callable[..., Any], env_id: str) -> None:
    """Make a function's environment known under the id that a run has recorded.

    Raises:
        UsageError: the run was trained with an environment that has an id of its own, or the function raises.
    """
    if not is_local(env_id):
        raise UsageError(f"the run's environment is {show_value(env_id)}, which is made by its id: leave env out")
    register_factory(factory, env_id)


def describe_factory(factory: Callable[..., Any]) -> dict[str, Any]:
    """Make a function's environment known; return the settings that follow: its id, and those of a vector one.

    Raises:
        UsageError: it raises, or makes no environment.
    """
    env_id = register_factory(factory)
    local = find_local(env_id)
    if local is None or not local.vector_count:
        return {"env": env_id}
    return {"env": env_id, "vectorization": "native", "num_envs": local.vector_count}
