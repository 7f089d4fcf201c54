"""Environments that a Python program makes itself: functions, known to Gymnasium by an id of this process alone.

A run records the id. Another process that opens the run must be passed the function again.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import cloudpickle
import gymnasium as gym
from gymnasium.vector import VectorEnv

from dqn_tui.envs.foreign import foreign_code
from dqn_tui.envs.own_vector import FirstOfVector, check_single_resets
from dqn_tui.errors import UsageError, show_value

NAMESPACE = "local"
Factory = Callable[..., Any]


class LocalEnvironment(NamedTuple):
    """What a function makes.

    Attributes:
        factory: the function.
        vector_count: number of environments in the vector environment that it makes; 0 where it makes a single one.
    """

    factory: Factory
    vector_count: int


_known: dict[str, LocalEnvironment] = {}


def register_factory(factory: Factory, env_id: str | None = None) -> str:
    """Make a function's environment known to Gymnasium; return its id.

    Args:
        factory: makes a new environment at each call; `env_kwargs` are its arguments, and `render_mode` where it names
            one.
        env_id: the id; by default one with the function's name.

    Raises:
        UsageError: it raises, or makes something else.
    """
    if isinstance(factory, gym.Env | VectorEnv) or not callable(factory):
        raise UsageError(
            f"env must be an id, or a function that makes the environment anew at each call, as in "
            f"train(lambda: MyEnv()), got {show_value(type(factory).__name__)}"
        )
    name = env_id or _choose_id(factory)
    with foreign_code(f"cannot make environment {show_value(name)}"):
        vector_count, goal = _look_at(factory())
    _known[name] = LocalEnvironment(factory, vector_count)
    gym.registry.pop(name, None)
    gym.register(name, _make_creator(factory), reward_threshold=goal)
    return name


def is_local(env_id: str) -> bool:
    """Whether an id is of a program's own environment."""
    return env_id.startswith(f"{NAMESPACE}/")


def find_local(env_id: str) -> LocalEnvironment | None:
    """Return what this process knows of an id; None where it is not of a program's own environment.

    Raises:
        UsageError: the program that made it is another one.
    """
    if is_local(env_id) and env_id not in _known:
        raise UsageError(
            f"environment {show_value(env_id)} is made by a function of the Python program that trained it: pass that "
            f"again, as in train(make_env, resume=…) or load_policy(…, env=make_env)"
        )
    return _known.get(env_id)


def check_can_travel(env_id: str) -> Factory | None:
    """Return the function of an id for a worker process; None where the id is not of a program's own environment.

    Raises:
        UsageError: it cannot be pickled.
    """
    local = find_local(env_id)
    if local is None:
        return None
    try:
        cloudpickle.dumps(local.factory)
    except Exception as error:  # noqa: BLE001 - foreign objects raise anything when they are pickled
        raise UsageError(
            f"vectorization=parallel needs a function that worker processes can be sent, and {env_id} cannot be "
            f"pickled: {str(error).partition(chr(10))[0]}; use vectorization=serial, or an id with imports"
        ) from None
    return local.factory


def _choose_id(factory: Factory) -> str:
    """Return an id that no other function has."""
    name: str = getattr(factory, "__name__", type(factory).__name__)
    base = f"{NAMESPACE}/{re.sub(r'[^A-Za-z0-9_]+', '-', name).strip('-') or 'env'}"
    chosen, number = base, 1
    while chosen in _known and _known[chosen].factory is not factory:
        number += 1
        chosen = f"{base}-{number}"
    return chosen


def _look_at(made: Any) -> tuple[int, float | None]:
    """Return how many environments were made as one vector, or 0, and the return that counts as solved; close them."""
    try:
        if isinstance(made, VectorEnv):
            check_single_resets(made)
            return made.num_envs, None
        if isinstance(made, gym.Env):
            return 0, made.spec.reward_threshold if made.spec else None
        raise UsageError(
            f"env must make a gymnasium.Env or a gymnasium.vector.VectorEnv, got {show_value(type(made).__name__)}"
        )
    finally:
        with suppress(Exception):
            made.close()


def _make_creator(factory: Factory) -> Callable[..., gym.Env[Any, Any]]:
    has_mode = _takes_render_mode(factory)

    def create(render_mode: str | None = None, **arguments: Any) -> gym.Env[Any, Any]:
        if render_mode is not None and has_mode:
            arguments["render_mode"] = render_mode
        made = factory(**arguments)
        return FirstOfVector(made) if isinstance(made, VectorEnv) else made

    return create


def _takes_render_mode(factory: Factory) -> bool:
    try:
        return "render_mode" in inspect.signature(factory).parameters
    except (TypeError, ValueError):
        return False
