"""The list of what can be trained."""

from __future__ import annotations

import gymnasium as gym
import pytest

from dqn_tui.envs.catalog import FAMILIES


@pytest.mark.parametrize("env_id", [env_id for family in FAMILIES for env_id in family.environments])
def test_every_environment_of_the_catalog_is_registered(env_id: str) -> None:
    assert gym.spec(env_id).id == env_id


def test_a_package_that_is_not_there_counts_as_not_installed() -> None:
    family = FAMILIES[0]
    assert not type(family)(family.title, "no_such_package", family.install, family.environments).is_installed
