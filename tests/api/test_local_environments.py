"""Environments that a program makes itself: functions of single environments and of vector ones."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from dqn_tui import Run, UsageError, load_policy, train
from dqn_tui.envs import local
from tests.api.helpers import quick_train
from tests.helpers import call_program, one_line, program_environment
from tests.toy import OneState, Roams

# Before Gymnasium 1.4 the class takes no types.
if TYPE_CHECKING:
    _SyncVectorEnv = SyncVectorEnv[Any, Any]
else:
    _SyncVectorEnv = SyncVectorEnv

SCRIPT = """
import sys
import gymnasium as gym
import dqn_tui

print("script starts")

class Plain(gym.Env):
    observation_space = gym.spaces.Box(-1.0, 1.0, (2,))
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.observe(), {}

    def step(self, action):
        self.steps += 1
        return self.observe(), float(action), self.steps == 5, False, {}

    def observe(self):
        return self.np_random.uniform(-1, 1, 2).astype("float32")

small = dict(total_timesteps=60, learning_starts=20, batch_size=4, net_arch=[4], eval_episodes=1, num_envs=2)
env = sys.argv[1] if sys.argv[1:] else (lambda: gym.wrappers.TimeLimit(Plain(), 4))
serial = dqn_tui.train(env, vectorization="serial", **small)
parallel = dqn_tui.train(env, vectorization="parallel", **small)
print(serial.weights_sha256 == parallel.weights_sha256, parallel.state, parallel.config.env)
"""


def make_cart(**options: Any) -> gym.Env[Any, Any]:
    """CartPole with a short time limit."""
    return gym.make("CartPole-v1", max_episode_steps=20, **options)


def forget(env_id: str) -> None:
    """Know as little of an environment as another process does."""
    local._known.pop(env_id)
    gym.registry.pop(env_id)


def test_a_function_makes_the_environment_and_gives_it_its_name(tmp_path: Path) -> None:
    run = quick_train(tmp_path, make_cart)
    assert (run.config.env, run.state) == ("local/make_cart", "completed")
    lengths = [event["length"] for event in run.events() if event["event"] == "episode_ended"]
    assert max(lengths) <= 20
    assert run.events()[0]["goal"] == 475.0
    assert run.policy().evaluate(2).lengths <= (20, 20)


def test_a_class_is_a_function_and_takes_arguments(tmp_path: Path) -> None:
    run = quick_train(tmp_path, OneState, env_kwargs={"terminate_after": 5, "reward": 0.5})
    assert run.config.env == "local/OneState"
    assert {event["episode_return"] for event in run.events() if event["event"] == "episode_ended"} == {2.5}


def test_two_functions_of_one_name_are_two_environments_and_one_is_one() -> None:
    first, second = (lambda: OneState(0.1)), (lambda: OneState(0.2))
    ids = [local.register_factory(factory) for factory in (first, second, first)]
    assert ids[0] == ids[2] != ids[1]
    assert all(env_id.startswith("local/lambda") for env_id in ids)
    assert local.register_factory(partial(OneState, 0.3)).startswith("local/partial")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (OneState(), "a function that makes the environment anew"),
        (3, "a function that makes the environment anew"),
        (lambda: 3, "must make a gymnasium.Env or a gymnasium.vector.VectorEnv, got 'int'"),
        (lambda: 1 / 0, "division by zero"),
        ("NoSuch-v0", "unknown environment 'NoSuch-v0'"),
    ],
)
def test_what_makes_no_environment_is_refused_in_one_line(tmp_path: Path, env: Any, words: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]*$") as caught:
        train(env, runs_dir=tmp_path)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_another_program_is_asked_for_the_function_and_resumes_with_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = quick_train(tmp_path, make_cart)
    forget("local/make_cart")
    for use in (run.resume, lambda _: run.policy().act(np.zeros(4)), lambda _: run.policy().evaluate(1)):
        with pytest.raises(UsageError, match="made by a function of the Python program that trained it: pass that"):
            use(300)
    assert call_program("eval", str(run.path)) == 2
    assert "made by a function of the Python program" in one_line(capfd.readouterr().err)
    assert run.resume(300, env=lambda: make_cart()).step == 300
    forget("local/make_cart")
    assert load_policy(run.path, env=make_cart).act(np.zeros(4)) in (0, 1)
    assert train(make_cart, resume=run, total_timesteps=310).step == 310


def test_a_run_with_an_id_takes_no_function(tmp_path: Path) -> None:
    run = quick_train(tmp_path)
    with pytest.raises(UsageError, match="'CartPole-v1', which is made by its id: leave env out"):
        load_policy(run.path, env=make_cart)


def test_workers_are_sent_the_function(tmp_path: Path) -> None:
    reward = 0.25
    settings: dict[str, Any] = {"num_envs": 2, "total_timesteps": 80}
    run = quick_train(tmp_path, lambda: OneState(reward, 4), vectorization="parallel", **settings)
    serial = quick_train(tmp_path, lambda: OneState(reward, 4), **settings)
    assert run.weights_sha256 == serial.weights_sha256


def test_a_function_that_cannot_be_sent_is_refused_in_one_line(tmp_path: Path) -> None:
    lock = threading.Lock()

    def make() -> OneState:
        with lock:
            return OneState()

    with pytest.raises(UsageError, match=r"^vectorization=parallel needs a function .* cannot be pickled: [^\n]*$"):
        quick_train(tmp_path, make, vectorization="parallel", num_envs=2)


@pytest.mark.parametrize(
    "arguments", [(), pytest.param(("CartPole-v1",), marks=pytest.mark.slow)], ids=["function", "id"]
)
def test_a_script_without_a_main_guard_trains_in_worker_processes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=tmp_path,
        env=program_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["script starts", f"True completed {(arguments or ('local/lambda',))[0]}"]


def vector_of(make: Callable[[], gym.Env[Any, Any]], mode: AutoresetMode) -> Callable[[], SyncVectorEnv[Any, Any]]:
    """A function that makes a vector of two."""
    return lambda: SyncVectorEnv([make] * 2, autoreset_mode=mode)


@pytest.mark.parametrize(
    ("make", "mode"),
    [
        (make_cart, AutoresetMode.DISABLED),
        (make_cart, AutoresetMode.NEXT_STEP),
        (lambda: Roams(is_mixed=True), AutoresetMode.SAME_STEP),
    ],
    ids=["disabled", "next step", "same step and nested"],
)
def test_a_vector_environment_learns_as_its_single_ones_do(
    tmp_path: Path, make: Callable[[], gym.Env[Any, Any]], mode: AutoresetMode
) -> None:
    vector = quick_train(tmp_path, vector_of(make, mode), eval_every=100)
    single = quick_train(tmp_path, make, num_envs=2, eval_every=100)
    assert vector.weights_sha256 == single.weights_sha256
    assert (vector.config.vectorization, vector.config.num_envs) == ("native", 2)
    means = [[event["mean"] for event in run.events() if event["event"] == "evaluated"] for run in (vector, single)]
    assert means[0] == means[1]


def test_a_vector_environment_resumes_exactly(tmp_path: Path) -> None:
    make = vector_of(make_cart, AutoresetMode.NEXT_STEP)
    whole = quick_train(tmp_path, make)
    run = quick_train(tmp_path, make, on_event=lambda event: event["event"] != "learning_started")
    assert run.state == "stopped"
    assert run.resume().weights_sha256 == whole.weights_sha256


class ResetsAll(_SyncVectorEnv):
    """Knows nothing of masks."""

    def reset(self, *, seed: Any = None, options: Any = None) -> Any:
        """Start all episodes."""
        del options
        return super().reset(seed=seed)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: gym.make_vec("CartPole-v1", 2, vectorization_mode="vector_entry_point"), "this one raises"),
        (lambda: ResetsAll([make_cart] * 2), "this one resets others, too"),
    ],
)
def test_a_vector_environment_that_cannot_reset_single_ones_is_refused(tmp_path: Path, make: Any, words: str) -> None:
    with pytest.raises(UsageError, match=r"^a vector environment must reset single environments[^\n]*$") as caught:
        train(make, runs_dir=tmp_path)
    assert words in str(caught.value)


def test_the_number_of_a_vector_environment_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="num_envs must be 2 for local/"):
        train(vector_of(make_cart, AutoresetMode.DISABLED), num_envs=3, runs_dir=tmp_path)


def test_masks_of_a_vector_environment_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="action_mask"):
        train(vector_of(lambda: Roams(has_masks=True), AutoresetMode.DISABLED), runs_dir=tmp_path)


def test_latest_finds_a_run_of_a_local_environment(tmp_path: Path) -> None:
    run = quick_train(tmp_path, make_cart)
    assert Run(runs_dir=tmp_path).path == run.path
