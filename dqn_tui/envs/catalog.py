"""The families of environments that can be trained here."""

from __future__ import annotations

from dqn_tui.envs.families import (
    atari,
    box2d,
    bsuite,
    classic,
    crafter,
    envpool,
    flappy_bird,
    game_2048,
    highway,
    minatar,
    minigrid,
    miniworld,
    popgym,
    tetris,
    toy_text,
    vizdoom,
)
from dqn_tui.envs.families.family import Family
from dqn_tui.errors import UsageError

FAMILIES = (
    *(classic.FAMILY, toy_text.FAMILY, box2d.FAMILY, minatar.FAMILY, atari.FAMILY),
    *(minigrid.FAMILY, highway.FAMILY, bsuite.FAMILY, popgym.FAMILY, crafter.FAMILY, vizdoom.FAMILY, miniworld.FAMILY),
    *(flappy_bird.FAMILY, game_2048.FAMILY, tetris.FAMILY, envpool.FAMILY),
)
_OTHER = Family("Other", ())


def find_family(env_id: str) -> Family:
    """Return the family of an id; for one that no family owns, a family without packages or hooks."""
    return next((family for family in FAMILIES if family.owns(env_id)), _OTHER)


def check_installed(env_id: str) -> None:
    """Check that the packages of a known environment are installed.

    Raises:
        UsageError: one is not; the line says how to install it.
    """
    family = find_family(env_id)
    if (family.extra or family.command) and (missing := family.missing_packages):
        raise UsageError(f"{env_id} needs {' and '.join(missing)}: {family.install_command}")
