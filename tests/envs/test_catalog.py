"""The list of what can be trained."""

from __future__ import annotations

import sys

import gymnasium as gym
import pytest

from dqn_tui.envs.catalog import FAMILIES, Family, check_installed
from dqn_tui.envs.make import register
from dqn_tui.errors import UsageError
from tests.envs.helpers import skip_unless_installed
from tests.helpers import one_line

LISTED = [env_id for family in FAMILIES for env_id in family.environments]


@pytest.mark.parametrize("env_id", LISTED)
def test_every_environment_of_the_catalog_is_registered(env_id: str) -> None:
    skip_unless_installed(env_id)
    register(env_id)
    assert gym.spec(env_id).id == env_id


def test_a_package_that_is_not_there_counts_as_not_installed() -> None:
    family = Family("Some", "some", {"no_such_package": "Such", "sys": "sys"}, ())
    assert not family.is_installed
    assert family.missing_packages == ["Such"]
    assert family.install_command == "pip install 'dqn-tui[some]'"


@pytest.mark.parametrize(
    ("env_id", "package", "line"),
    [
        ("LunarLander-v3", "Box2D", "LunarLander-v3 needs Box2D: pip install 'dqn-tui[box2d]'"),
        ("LunarLander", "Box2D", "LunarLander needs Box2D: pip install 'dqn-tui[box2d]'"),
        ("MinAtar/Breakout-v0", "minatar", "MinAtar/Breakout-v0 needs MinAtar: pip install 'dqn-tui[minatar]'"),
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
def test_other_environments_need_nothing_that_is_known(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("Box2D", "minatar", "ale_py", "cv2", "pygame"):
        monkeypatch.setitem(sys.modules, package, None)
    check_installed(env_id)
