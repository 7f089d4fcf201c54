"""Environments as the trainer sees them, and those that it cannot train on."""

from __future__ import annotations

import numpy as np
import pytest

from dqn_tui.envs.environment import Environment, EnvironmentSpec
from dqn_tui.envs.make import import_environments, make_environment
from dqn_tui.errors import UsageError
from dqn_tui.spaces import Spaces
from tests import toy
from tests.envs.helpers import make_config
from tests.helpers import one_line


def refuse(env_id: str) -> str:
    """The one line with which an environment is refused."""
    with pytest.raises(UsageError) as caught:
        make_environment(make_config(env_id)).close()
    return one_line(str(caught.value))


def play(environment: Environment, seed: int, count: int = 8) -> list[list[float]]:
    observations = [environment.reset(seed)]
    observations += [
        environment.step(index % environment.spec.spaces.action_count).observation for index in range(count)
    ]
    return [observation.tolist() for observation in observations]


def test_cartpole_is_what_gymnasium_says_it_is() -> None:
    environment = make_environment(make_config("CartPole-v1"))
    assert environment.spec == EnvironmentSpec(
        Spaces((4,), 2), 475.0, 50.0, action_names=("left", "right"), observation_names=("x", "x'", "θ", "θ'")
    )
    observation = environment.reset(3)
    assert (observation.dtype, observation.shape) == (np.float32, (4,))
    step = environment.step(1)
    assert (step.observation.dtype, step.reward, step.terminated, step.truncated) == (np.float32, 1.0, False, False)
    environment.close()


def test_an_episode_depends_on_its_seed_and_its_actions_alone() -> None:
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
        assert (observation.dtype, observation.shape) == (np.float32, (size,))


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
            assert (picture.dtype, picture.ndim, picture.shape[2]) == (np.uint8, 3, 3)
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
    monkeypatch.syspath_prepend(folder)
    for module in ("raises_on_import", "not_python"):
        with pytest.raises(UsageError) as caught:
            import_environments(module)
        assert module in one_line(str(caught.value))
