"""The list of presets and environments."""

from __future__ import annotations

import json

import pytest

from dqn_tui.commands import list_environments as module
from dqn_tui.commands.list_environments import list_environments
from dqn_tui.envs import catalog
from dqn_tui.envs.families.family import Family


def test_preset_without_an_environment_is_listed_for_any(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "preset_names", lambda: ["two-members"])
    monkeypatch.setattr(module, "read_preset", lambda _: {"n_steps": 5})
    list_environments(as_json=True)
    assert json.loads(capfd.readouterr().out)["presets"] == {"two-members": "any"}
    list_environments(as_json=False)
    assert ["two-members", "any"] in [line.split() for line in capfd.readouterr().out.splitlines()]


def test_environments_are_listed_with_the_command_that_installs_them(capfd: pytest.CaptureFixture[str]) -> None:
    list_environments(as_json=True)
    listed = json.loads(capfd.readouterr().out)
    assert listed["presets"]["cartpole"] == "CartPole-v1"
    for family in listed["families"]:
        assert family["environments"]
        assert isinstance(family["is_installed"], bool)
        assert family["install"].startswith("pip install ")
    list_environments(as_json=False)
    text = capfd.readouterr().out
    assert all(word in text for word in ("cartpole", "CartPole-v1", "LunarLander-v3"))


def test_what_is_not_installed_is_listed_with_its_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    there = Family("There", ("There-v0",), extra="there", packages={"sys": "sys"})
    absent = Family("Absent", ("Absent-v0",), command="pip install --no-deps absent", packages={"no_such": "absent"})
    monkeypatch.setattr(catalog, "FAMILIES", (there, absent))
    list_environments(as_json=False)
    lines = [line.split() for line in capfd.readouterr().out.splitlines()]
    assert ["There", "yes", "There-v0"] in lines
    assert ["Absent", "no", "Absent-v0"] in lines
    assert ["Absent", "pip", "install", "--no-deps", "absent"] in lines
    assert not any(line[:2] == ["There", "pip"] for line in lines)
