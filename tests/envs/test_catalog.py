"""The families of environments: ids, packages, and names of actions and observations."""

from __future__ import annotations

import subprocess
import sys

import gymnasium as gym
import pytest

from dqn_tui.config import parse_config
from dqn_tui.envs.catalog import FAMILIES, check_installed, find_family
from dqn_tui.envs.families.atari import is_atari
from dqn_tui.envs.families.family import Family
from dqn_tui.envs.make import inspect_environment, make_environment, register
from dqn_tui.errors import UsageError
from dqn_tui.settings import preset_for
from tests.envs.helpers import make_config, skip_unless_installed
from tests.helpers import one_line

LISTED = [env_id for family in FAMILIES for env_id in family.environments]


@pytest.mark.parametrize("env_id", LISTED)
def test_every_environment_of_the_catalog_is_registered(env_id: str) -> None:
    skip_unless_installed(env_id)
    register(env_id)
    assert gym.spec(env_id).id == env_id


def test_a_package_that_is_not_there_counts_as_not_installed() -> None:
    family = Family("Some", (), extra="some", packages={"no_such_package": "Such", "sys": "sys"})
    assert not family.is_installed
    assert family.missing_packages == ["Such"]
    assert family.install_command == "pip install 'dqn-tui[some]'"


@pytest.mark.parametrize(
    ("env_id", "package", "line"),
    [
        ("LunarLander-v3", "Box2D", "LunarLander-v3 needs Box2D: pip install 'dqn-tui[box2d]'"),
        ("LunarLander", "Box2D", "LunarLander needs Box2D: pip install 'dqn-tui[box2d]'"),
        ("MinAtar/Breakout-v0", "minatar", "MinAtar/Breakout-v0 needs MinAtar: pip install 'dqn-tui[minatar]'"),
        ("BabyAI-GoTo-v0", "minigrid", "BabyAI-GoTo-v0 needs Minigrid: pip install 'dqn-tui[minigrid]'"),
        (
            "FlappyBird-v0",
            "flappy_bird_gymnasium",
            "FlappyBird-v0 needs flappy-bird-gymnasium: pip install --no-deps flappy-bird-gymnasium",
        ),
    ],
)
def test_a_missing_package_is_named_with_how_to_install_it(
    env_id: str, package: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError) as caught:
        check_installed(env_id)
    assert one_line(str(caught.value)) == line


def test_every_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("ale_py", "cv2"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match="needs ale-py and OpenCV"):
        check_installed("ALE/Pong-v5")


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Nothing-v0", "nowhere/Lander-v3"])
def test_environments_of_no_family_need_no_known_package(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("Box2D", "minatar", "ale_py", "cv2", "pygame"):
        monkeypatch.setitem(sys.modules, package, None)
    check_installed(env_id)


@pytest.mark.parametrize("env_id", LISTED)
def test_every_action_of_a_known_environment_has_a_name_of_its_own(env_id: str) -> None:
    skip_unless_installed(env_id)
    spec = inspect_environment(parse_config(preset_for(env_id)))
    assert len(set(spec.action_names)) == spec.spaces.action_count
    assert all(name.isprintable() and name == name.strip() for name in spec.action_names)
    assert all(len(name) <= 14 for name in spec.action_names), "longer ones are cut beside their Q-values"


@pytest.mark.parametrize(
    ("env_id", "actions", "observations"),
    [
        ("CartPole-v1", ("left", "right"), ("x", "x'", "θ", "θ'")),
        ("FrozenLake-v1", ("left", "down", "right", "up"), ()),
        ("MinAtar/Breakout-v1", ("no-op", "left", "right"), ()),
        ("ALE/Pong-v5", ("noop", "fire", "right", "left", "right fire", "left fire"), ()),
        ("Toy/Chain-v0", (), ()),
    ],
)
def test_actions_and_entries_are_named_in_the_environments_order(
    env_id: str, actions: tuple[str, ...], observations: tuple[str, ...]
) -> None:
    skip_unless_installed(env_id)
    spec = inspect_environment(make_config(env_id))
    assert (spec.action_names, spec.observation_names) == (actions, observations)


def test_entries_of_stacked_observations_have_no_names() -> None:
    spec = inspect_environment(make_config("CartPole-v1", frame_stack=2))
    assert (len(spec.action_names), spec.observation_names) == (2, ())


def test_moving_left_decreases_what_the_first_entry_says() -> None:
    """The names of CartPole's actions and entries, held to its physics."""
    environment = make_environment(make_config("CartPole-v1"))
    spec = environment.spec
    start = environment.reset(1)
    end = environment.step(spec.action_names.index("left")).observation
    velocity = spec.observation_names.index("x'")
    assert end[velocity] < start[velocity]


@pytest.mark.parametrize(
    ("env_id", "title"),
    [
        ("CartPole", "Classic control"),
        ("Taxi-v3", "Toy text"),
        ("ALE/Adventure-v5", "Atari"),
        ("MiniGrid-Anything-v0", "MiniGrid, BabyAI"),
        ("EnvPool/CartPole-v1", "EnvPool"),
        ("parking-ActionRepeat-v0", "highway-env"),
        ("parking-of-mine-v0", "Other"),
        ("own/MiniGrid-Empty-v0", "Other"),
    ],
)
def test_an_id_belongs_to_its_family_whatever_its_version(env_id: str, title: str) -> None:
    assert find_family(env_id).title == title


def test_atari_games_are_known_by_new_and_old_ids_without_gymnasium() -> None:
    assert all(map(is_atari, ("ALE/Pong-v5", "BreakoutNoFrameskip-v4")))
    assert not any(map(is_atari, ("Pong-v5", "MinAtar/Breakout-v1", "CartPole-v1")))
    program = "import sys, dqn_tui.envs.catalog; sys.exit('gymnasium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
