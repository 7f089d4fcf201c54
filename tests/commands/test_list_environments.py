"""The list of presets and environments."""

from __future__ import annotations

import json

import pytest

from dqn_tui.commands import list_environments as module
from dqn_tui.commands.list_environments import list_environments


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
