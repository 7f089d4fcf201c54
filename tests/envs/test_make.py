"""Making environments, and refusing those that cannot be trained on."""

from __future__ import annotations

import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.envs.environment import Environment, EnvironmentSpec
from dqn_tui.envs.make import import_environments, inspect_environment, make_environment
from dqn_tui.errors import UnknownEnvironmentError, UsageError
from dqn_tui.spaces import Spaces
from tests import toy
from tests.envs.helpers import make_config, skip_unless_installed
from tests.helpers import one_line


def refuse(env_id: str) -> str:
    """Return the one line with which an environment is refused."""
    with pytest.raises(UsageError) as caught:
        inspect_environment(make_config(env_id))
    return one_line(str(caught.value))


def play(environment: Environment, seed: int, count: int = 8) -> list[list[float]]:
    observations = [environment.reset(seed)]
    observations += [
        environment.step(index % environment.spec.spaces.action_count).observation for index in range(count)
    ]
    return [observation.tolist() for observation in observations]


def test_cartpole_has_gymnasiums_properties() -> None:
    environment = make_environment(make_config("CartPole-v1"))
    assert environment.spec == EnvironmentSpec(
        Spaces((4,), 2),
        475.0,
        50.0,
        action_names=("left", "right"),
        observation_names=("x", "x'", "θ", "θ'"),
        time_limit=500,
    )
    observation = environment.reset(3)
    assert (observation.dtype.name, observation.shape) == ("float32", (4,))
    step = environment.step(1)
    assert (step.observation.dtype.name, *step[1:]) == ("float32", 1.0, False, False)
    environment.close()


def test_an_episode_depends_only_on_its_seed_and_actions() -> None:
    first, second = make_environment(make_config("CartPole-v1")), make_environment(make_config("CartPole-v1"))
    play(second, 99)
    assert play(first, 3) == play(second, 3) == play(first, 3)
    assert play(first, 3) != play(first, 4)


def test_an_observation_is_a_copy_that_the_environment_cannot_change() -> None:
    environment = make_environment(make_config("CartPole-v1"))
    observation = environment.reset(3)
    before = observation.copy()
    environment.step(0)
    np.testing.assert_array_equal(observation, before)


def test_termination_and_truncation_are_kept_apart() -> None:
    for name, expected in (("Truncated", (False, True)), ("Terminated", (True, False))):
        environment = make_environment(make_config(f"Toy/{name}-v0"))
        environment.reset(0)
        steps = [environment.step(0) for _ in range(toy.EPISODE_STEPS)]
        assert {(step.terminated, step.truncated) for step in steps[:-1]} == {(False, False)}
        assert (steps[-1].terminated, steps[-1].truncated) == expected


def test_actions_are_counted_from_zero_whatever_the_environment_calls_them() -> None:
    toy.OffsetActions.taken.clear()
    environment = make_environment(make_config("Toy/OffsetActions-v0"))
    environment.reset(0)
    for action in range(environment.spec.spaces.action_count):
        environment.step(action)
    assert toy.OffsetActions.taken == [5, 6, 7]


def test_discrete_observations_are_one_hot() -> None:
    environment = make_environment(make_config("Toy/Chain-v0"))
    assert environment.spec.spaces.observation_shape == (toy.CHAIN_LENGTH,)
    np.testing.assert_array_equal(environment.reset(0), np.eye(toy.CHAIN_LENGTH)[0])
    np.testing.assert_array_equal(environment.step(0).observation, np.eye(toy.CHAIN_LENGTH)[1])


@pytest.mark.parametrize(("name", "size"), [("Dict", 6), ("Matrix", 6)])
def test_composed_observations_are_flattened(name: str, size: int) -> None:
    environment = make_environment(make_config(f"Toy/{name}-v0"))
    assert environment.spec.spaces.observation_shape == (size,)
    for observation in (environment.reset(0), environment.step(0).observation):
        assert (observation.dtype.name, observation.shape) == ("float32", (size,))


@pytest.mark.parametrize(
    ("env_id", "words"),
    [
        ("CartPol-v1", ["'CartPol-v1'", "CartPole-v1"]),
        ("cartpole-v1", ["'cartpole-v1'", "CartPole-v1"]),
        ("CartPole-v99", ["CartPole-v99", "CartPole-v1"]),
        ("Nothing-v0", ["'Nothing-v0'", "--import"]),
        ("Pong-v5", ["did you mean ALE/Pong-v5?"]),
        ("nowhere/Nothing-v0", ["nowhere/Nothing-v0"]),
        ("a b", ["'a b'"]),
        ("some_package:Env-v0", ["--import some_package", "--env Env-v0"]),
        ("Pendulum-v1", ["Discrete", "Pendulum-v1"]),
        ("Toy/Continuous-v0", ["Discrete", "Toy/Continuous-v0"]),
        ("Toy/Sequence-v0", ["Sequence", "vectors", "Toy/Sequence-v0"]),
        ("Toy/BrokenFromTheStart-v0", ["Toy/BrokenFromTheStart-v0", "no such motor"]),
        ("Toy/ExitsAtOnce-v0", ["Toy/ExitsAtOnce-v0", "sys.exit(7)"]),
        ("Toy/CannotCloseAtOnce-v0", ["Toy/CannotCloseAtOnce-v0", "close", "the door is stuck"]),
    ],
)
def test_an_environment_that_cannot_be_trained_on_is_refused_with_its_name_and_the_reason(
    env_id: str, words: list[str]
) -> None:
    message = refuse(env_id)
    assert all(word in message for word in words), message


def test_it_renders_pictures_or_text_when_asked_and_nothing_else() -> None:
    for env_id, kind in (("CartPole-v1", np.ndarray), ("FrozenLake-v1", str)):
        environment = make_environment(make_config(env_id), should_render=True)
        environment.reset(0)
        picture = environment.render()
        assert isinstance(picture, kind)
        if isinstance(picture, np.ndarray):
            assert (picture.dtype.name, picture.ndim, picture.shape[2]) == ("uint8", 3, 3)
        environment.close()
    silent = make_environment(make_config("CartPole-v1"))
    silent.reset(0)
    assert silent.render() is None
    silent.close()


def test_an_environment_whose_constructor_takes_no_render_mode_can_be_trained_and_watched() -> None:
    for should_render in (False, True):
        environment = make_environment(make_config("Toy/WithoutRenderMode-v0"), should_render=should_render)
        environment.reset(0)
        assert environment.render() is None


def test_an_id_without_version_can_be_watched_as_well_as_trained() -> None:
    for should_render in (False, True):
        environment = make_environment(make_config("CartPole"), should_render=should_render)
        environment.reset(0)
        environment.close()


def test_a_package_that_cannot_be_imported_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        import_environments("no_such_package")
    assert "no_such_package" in one_line(str(caught.value))


def test_a_package_that_raises_when_imported_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("packages")
    (folder / "raises_on_import.py").write_text("raise RuntimeError('wrong\\nplanet')\n")
    (folder / "not_python.py").write_text("def (:\n")
    (folder / "exits_on_import.py").write_text("import sys; sys.exit(7)\n")
    monkeypatch.syspath_prepend(folder)
    for module in ("raises_on_import", "not_python", "exits_on_import"):
        with pytest.raises(UsageError) as caught:
            import_environments(module)
        assert module in one_line(str(caught.value))


def test_a_module_in_the_current_folder_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.setitem(gym.registry, "Local-v0", None)
    monkeypatch.delitem(gym.registry, "Local-v0")
    Path("local_module.py").write_text("import gymnasium\ngymnasium.register('Local-v0', 'tests.toy:Chain')\n")
    assert import_environments("local_module") is None
    assert inspect_environment(make_config("Local-v0")).spaces.action_count == 2
    assert sys.path[-1] == str(tmp_path), "behind every installed package"


def test_an_import_that_registers_nothing_is_a_warning_and_only_at_the_first_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "registers_nothing.py").touch()
    assert import_environments("registers_nothing") == "--import registers_nothing registered no environment"
    assert import_environments("registers_nothing") is None
    assert import_environments("tests.toy") is None


def test_hints_are_shown_where_the_id_is_unknown_and_nowhere_else() -> None:
    with pytest.raises(UnknownEnvironmentError) as caught:
        inspect_environment(make_config("zzz-v0"), hints=["the run was started with --import abc"])
    assert one_line(str(caught.value)).endswith("with --import (the run was started with --import abc)")
    with pytest.raises(UsageError) as other:
        inspect_environment(make_config("Pendulum-v1"), hints=["the run was started with --import abc"])
    assert "abc" not in str(other.value)


def test_pictures_are_drawn_without_a_screen() -> None:
    for env_id in ("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "LunarLander-v3", "MinAtar/Breakout-v1"):
        skip_unless_installed(env_id)
        environment = make_environment(make_config(env_id), should_render=True)
        environment.reset(1)
        picture = environment.render()
        assert isinstance(picture, np.ndarray)
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 2, env_id
        environment.close()
