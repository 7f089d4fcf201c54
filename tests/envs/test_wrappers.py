"""Wrappers of the user's own: their form, and that only those named on the command line run."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.approval import approve_wrappers
from dqn_tui.config import parse_config
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.vector import make_environments
from dqn_tui.envs.wrappers import WrapperCall, check_approved, parse_wrapper
from dqn_tui.errors import UsageError
from tests.envs.helpers import make_config
from tests.helpers import one_line

HERE = "tests.envs.test_wrappers"
CALLS: list[str] = []


class Plus(gym.RewardWrapper[Any, Any]):
    """Adds to each reward."""

    def __init__(self, env: gym.Env[Any, Any], bonus: float = 1.0, *, label: str = "plus") -> None:
        super().__init__(env)
        CALLS.append(label)
        self._bonus = bonus

    def reward(self, reward: Any) -> float:
        return float(reward) + self._bonus


def breaks(env: gym.Env[Any, Any]) -> gym.Env[Any, Any]:  # noqa: ARG001
    raise RuntimeError("the wrapper broke\nin two lines")


def forgets(env: gym.Env[Any, Any]) -> int:  # noqa: ARG001
    return 3


@pytest.fixture(autouse=True)
def fresh() -> None:
    CALLS.clear()


def refuse(wrapper: str) -> str:
    approve_wrappers([wrapper])
    with pytest.raises(UsageError) as caught:
        make_environment(parse_config({"wrappers": [wrapper]}))
    return one_line(str(caught.value))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("a.b:C", ("a.b", "C", (), {})),
        ("a:C.D", ("a", "C.D", (), {})),
        ("a:C()", ("a", "C", (), {})),
        ("a:C(1, [2, 'x'], k={'y': (1, None)})", ("a", "C", (1, [2, "x"]), {"k": {"y": (1, None)}})),
    ],
)
def test_a_wrapper_is_named_by_module_and_name_with_plain_arguments(text: str, call: Any) -> None:
    assert parse_wrapper(text) == WrapperCall(*call)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a:",
        ":C",
        "a:C(",
        "a:C(open('x'))",
        "a:C(x)",
        "a:C(*[1])",
        "a:C(**{})",
        "a:C)(",
        "a b:C",
        "a:C();import os",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="--wrap takes MODULE:NAME"):
        parse_wrapper(text)


def test_wrappers_go_around_the_environment_the_first_one_innermost() -> None:
    texts = (f"{HERE}:Plus(2, label='inner')", f"{HERE}:Plus(bonus=10, label='outer')")
    approve_wrappers(texts)
    environment = make_environment(parse_config({"wrappers": list(texts)}))
    assert CALLS == ["inner", "outer"]
    environment.reset(0)
    assert environment.step(0).reward == 13
    environment.close()


def test_a_wrapper_that_nobody_named_is_neither_imported_nor_called() -> None:
    config = parse_config({"wrappers": [f"{HERE}:Plus", f"{HERE}:Plus(3)"]})
    approve_wrappers([f"{HERE}:Plus"])
    for make in (make_environment, make_environments):
        with pytest.raises(UsageError) as caught:
            make(config)
        assert "--wrap 'tests.envs.test_wrappers:Plus(3)'" in one_line(str(caught.value))
    parallel = make_config("CartPole-v1", vectorization="parallel", num_envs=2, wrappers=config.wrappers)
    with pytest.raises(UsageError, match="--wrap"):
        make_environments(parallel)
    assert CALLS == []


def test_approval_is_of_the_whole_text() -> None:
    approve_wrappers(["a:C(1)"])
    check_approved(["a:C(1)"])
    with pytest.raises(UsageError):
        check_approved(["a:C(2)"])


def test_worker_processes_wrap_their_environments_too() -> None:
    wrapper = f"{HERE}:Plus(5)"
    approve_wrappers([wrapper])
    environments = make_environments(
        make_config("CartPole-v1", vectorization="parallel", num_envs=2, wrappers=[wrapper])
    )
    environments.reset({0: 1, 1: 2})
    assert environments.step(np.zeros(2, np.int64)).rewards.tolist() == [6, 6]
    environments.close()


@pytest.mark.parametrize(
    ("wrapper", "words"),
    [
        ("no_such_module_here:X", ["no_such_module_here"]),
        (f"{HERE}:Nothing", ["has no Nothing"]),
        (f"{HERE}:CALLS", ["CALLS", "called"]),
        (f"{HERE}:breaks", ["the wrapper broke"]),
        (f"{HERE}:forgets", ["must return a Gymnasium environment", "int"]),
        (f"{HERE}:Plus(colour=1)", ["colour"]),
    ],
)
def test_a_wrapper_that_cannot_be_used_is_one_line(wrapper: str, words: list[str]) -> None:
    message = refuse(wrapper)
    assert all(word in message for word in words), message
