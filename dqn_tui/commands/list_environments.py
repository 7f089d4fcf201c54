"""`dqn-tui envs`: lists the presets, and the families of environments with the command that installs each."""

from __future__ import annotations

from dqn_tui.commands.printed_table import print_table
from dqn_tui.commands.streams import print_json, print_text
from dqn_tui.settings import preset_names, read_preset


def list_environments(*, as_json: bool) -> int:
    """Print presets and families; return the exit code."""
    from dqn_tui.envs.catalog import FAMILIES

    presets = {name: str(read_preset(name).get("env", "any")) for name in preset_names()}
    if as_json:
        families = [
            {
                "family": family.title,
                "environments": list(family.environments),
                "is_installed": family.is_installed,
                "install": family.install_command,
            }
            for family in FAMILIES
        ]
        print_json({"presets": presets, "families": families})
        return 0
    print_table(("preset", "env"), [[name, env] for name, env in presets.items()])
    print_text("")
    rows = [
        [family.title, "yes" if family.is_installed else "no", ", ".join(family.environments)] for family in FAMILIES
    ]
    print_table(("family", "installed", "environments"), rows, styles={"yes": "green"})
    if missing := [[family.title, family.install_command] for family in FAMILIES if not family.is_installed]:
        print_text("")
        print_table(("not installed", "command"), missing)
    print_text("\nThe small ones together: pip install 'dqn-tui[all]'")
    print_text("Any other Gymnasium environment with discrete actions: --import PACKAGE --env ID")
    return 0
