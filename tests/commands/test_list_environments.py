"""The list of families, presets and recipes."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from dqn_tui.cli import app
from dqn_tui.commands import list_environments as module
from dqn_tui.commands.list_environments import list_environments
from dqn_tui.envs import catalog
from dqn_tui.envs.families.family import Family
from dqn_tui.envs.recipes import RECIPES

THERE = Family("There", ("There-v0", "There-v1"), extra="there", packages={"sys": "sys"}, prefixes=("There-",))
ABSENT = Family("Absent", ("Absent-v0",), command="pip install --no-deps absent", packages={"no_such": "absent"})


def read_list(capfd: pytest.CaptureFixture[str]) -> Any:
    """What `--json` prints."""
    assert list_environments(as_json=True) == 0
    return json.loads(capfd.readouterr().out)


def read_text(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """What is printed into a pipe."""
    assert list_environments(as_json=False) == 0
    return capfd.readouterr().out.splitlines()


def test_a_preset_without_an_environment_is_listed_for_any(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "preset_names", lambda: ["two-members"])
    monkeypatch.setattr(module, "read_preset", lambda _: {"n_steps": 5})
    listed = read_list(capfd)
    assert listed["presets"] == {"two-members": "any"}
    assert not any(family["presets"] for family in listed["families"])
    assert "  presets       two-members: over the environment's own, with --preset" in read_text(capfd)


def test_every_preset_stands_with_its_family(capfd: pytest.CaptureFixture[str]) -> None:
    listed = read_list(capfd)
    shown = {name: env for family in listed["families"] for name, env in family["presets"].items()}
    assert shown | {"rainbow": "any"} == listed["presets"]
    box2d = next(family for family in listed["families"] if family["family"] == "Box2D")
    assert box2d["presets"] == {"lunarlander": "LunarLander-v3"}


def test_each_family_has_the_commands_that_install_it_and_train(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalog, "FAMILIES", (THERE, ABSENT))
    monkeypatch.setattr(module, "preset_names", lambda: ["there"])
    monkeypatch.setattr(module, "read_preset", lambda _: {"env": "There-*"})
    lines = read_text(capfd)
    assert lines[:11] == [
        "There  installed",
        "  environments  There-v0, There-v1, There-*",
        "  presets       there (There-*)",
        "  install       pip install 'dqn-tui[there]'",
        "  train         dqn-tui --env There-v0",
        "",
        "Absent  not installed",
        "  environments  Absent-v0",
        "  presets       none: the defaults",
        "  install       pip install --no-deps absent",
        "  train         dqn-tui --env Absent-v0",
    ]


def test_what_comes_with_the_program_has_nothing_to_install(capfd: pytest.CaptureFixture[str]) -> None:
    classic, *others = read_list(capfd)["families"]
    assert (classic["family"], classic["install"], classic["is_installed"]) == ("Classic control", None, True)
    assert others[1]["install"] == "pip install 'dqn-tui[box2d]'"
    lines = read_text(capfd)
    assert lines[3] == "  train         dqn-tui --env CartPole-v1"


def test_recipes_are_listed_and_their_commands_have_only_known_options(capfd: pytest.CaptureFixture[str]) -> None:
    assert [recipe["title"] for recipe in read_list(capfd)["recipes"]] == [recipe.title for recipe in RECIPES]
    lines = read_text(capfd)
    assert all(recipe.title in lines for recipe in RECIPES)
    known = known_options()
    for recipe in RECIPES:
        program, *words = shlex.split(recipe.train)
        assert program == "dqn-tui"
        assert {word for word in words if word.startswith("--")} <= known
        compile(recipe.module or "", "module", "exec")


def known_options() -> set[str]:
    """The options of training."""
    from typer.main import get_command

    return {name for parameter in get_command(app).params for name in parameter.opts}
