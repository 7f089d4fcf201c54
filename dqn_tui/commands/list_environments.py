"""`dqn-tui envs`: lists families of environments, each with its presets and the commands that install and train."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dqn_tui.commands.printed_entries import Entry, Line, print_entries
from dqn_tui.commands.streams import print_json
from dqn_tui.settings import preset_names, read_preset

if TYPE_CHECKING:
    from dqn_tui.envs.families.family import Family
    from dqn_tui.envs.recipes import Recipe

ANY = "any"
ALL_COMMAND = "pip install 'dqn-tui[all]'"


def list_environments(*, as_json: bool) -> int:
    """Print families, presets and recipes; return the exit code."""
    from dqn_tui.envs.catalog import FAMILIES
    from dqn_tui.envs.recipes import RECIPES

    presets = {name: str(read_preset(name).get("env", ANY)) for name in preset_names()}
    families = [_describe(family, presets) for family in FAMILIES]
    if as_json:
        recipes = [recipe._asdict() for recipe in RECIPES]
        print_json({"presets": presets, "families": families, "install_all": ALL_COMMAND, "recipes": recipes})
        return 0
    entries = [_family_entry(family) for family in families]
    entries += [_preset_entry([name for name, env in presets.items() if env == ANY])]
    entries += [_recipe_entry(recipe) for recipe in RECIPES]
    print_entries(entries)
    return 0


def _describe(family: Family, presets: dict[str, str]) -> dict[str, Any]:
    return {
        "family": family.title,
        "environments": list(family.environments),
        "patterns": list(family.patterns),
        "presets": {name: env for name, env in presets.items() if env != ANY and family.owns(env)},
        "is_installed": family.is_installed,
        "install": family.install_command,
        "train": f"dqn-tui --env {family.environments[0]}",
    }


def _family_entry(family: dict[str, Any]) -> Entry:
    presets = [f"{name} ({env})" for name, env in family["presets"].items()]
    lines = [
        Line("environments", ", ".join([*family["environments"], *family["patterns"]])),
        Line("presets", ", ".join(presets) or "none; the defaults"),
        Line("install", family["install"], is_command=True),
        Line("train", family["train"], is_command=True),
    ]
    return Entry(family["family"], lines, "installed" if family["is_installed"] else "not installed")


def _preset_entry(names: Sequence[str]) -> Entry:
    lines = [
        Line("presets", f"{', '.join(names)}: over those of the environment"),
        Line("train", f"dqn-tui --env LunarLander-v3 --preset {names[0]}", is_command=True),
        Line("install", f"{ALL_COMMAND}", is_command=True),
    ]
    return Entry("Any", lines)


def _recipe_entry(recipe: Recipe) -> Entry:
    return Entry(recipe.title, [])
