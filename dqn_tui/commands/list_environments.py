"""`dqn-tui envs`: lists families of environments, each with its presets and the commands that install and train."""

from __future__ import annotations

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
    entries.append(_general_entry([name for name, env in presets.items() if env == ANY]))
    entries += [_recipe_entry(recipe) for recipe in RECIPES]
    print_entries(entries)
    return 0


def _describe(family: Family, presets: dict[str, str]) -> dict[str, Any]:
    """Return a family as JSON shows it; `install` is None where it comes with this program."""
    is_separate = bool(family.extra or family.command)
    return {
        "family": family.title,
        "environments": list(family.environments),
        "patterns": list(family.patterns),
        "presets": {name: env for name, env in presets.items() if env != ANY and family.owns(env)},
        "is_installed": family.is_installed,
        "install": family.install_command if is_separate else None,
        "train": f"dqn-tui --env {family.environments[0]}",
    }


def _family_entry(family: dict[str, Any]) -> Entry:
    presets = [f"{name} ({env})" for name, env in family["presets"].items()]
    lines = [
        Line("environments", ", ".join([*family["environments"], *family["patterns"]])),
        Line("presets", ", ".join(presets) or "none: the defaults"),
        Line("install", family["install"] or "", is_command=True),
        Line("train", family["train"], is_command=True),
    ]
    return Entry(family["family"], lines, family["is_installed"])


def _general_entry(presets: list[str]) -> Entry:
    lines = [
        Line("install", f"{ALL_COMMAND}  # the small packages", is_command=True),
        Line("presets", f"{', '.join(presets)}: over the environment's own, with --preset"),
    ]
    return Entry("Several families", lines)


def _recipe_entry(recipe: Recipe) -> Entry:
    module = [Line("module", line) for line in (recipe.module or "").splitlines()]
    lines = [
        Line("install", recipe.install or "", is_command=True),
        *module,
        Line("train", recipe.train, is_command=True),
        Line("note", recipe.note),
    ]
    return Entry(recipe.title, lines)
