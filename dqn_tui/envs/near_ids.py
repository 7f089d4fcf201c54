"""Suggestions for an environment id that nothing has registered."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NamedTuple

import gymnasium as gym

from dqn_tui.envs.catalog import FAMILIES

_ID = re.compile(r"^(?:(?P<namespace>.*)/)?(?P<name>.*?)(?:-v(?P<version>\d{1,9}))?$", re.DOTALL)


class _Parts(NamedTuple):
    """The parts of an id, in lower case; the version is -1 where there is none."""

    namespace: str
    name: str
    version: int


def near_ids(env_id: str) -> list[str]:
    """Return up to three known ids that may be meant, including those of families that are not loaded or not installed.

    Namespace, case and version may be missing or wrong: `pong-v5`, `Pong` and `ALE/Pong-v4` all mean `ALE/Pong-v5`.
    """
    for family in FAMILIES:
        if family.is_installed:
            family.register()
    listed = [known for family in FAMILIES for known in family.environments]
    wanted = _split(env_id)

    def rank(known: str) -> tuple[bool, bool, bool, bool, int]:
        """The best comes first: the namespace and version that were typed, then well-known, plain and new ids."""
        parts = _split(known)
        is_elsewhere = bool(wanted.namespace) and parts.namespace != wanted.namespace
        return is_elsewhere, parts.version != wanted.version, known not in listed, bool(parts.namespace), -parts.version

    best: dict[str, str] = {}
    for known in sorted({*listed, *gym.registry} - {env_id}, key=rank):
        best.setdefault(_split(known).name, known)
    exact = [best[wanted.name]] if wanted.name in best else []
    return exact or [best[name] for name in get_close_matches(wanted.name, best, n=3, cutoff=0.7)]


def _split(env_id: str) -> _Parts:
    found = _ID.match(env_id.lower())
    assert found is not None
    return _Parts(found["namespace"] or "", found["name"], int(found["version"] or -1))
