"""The runs to export: where their events are, and what names them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dqn_tui.errors import UsageError, show_value
from dqn_tui.events import LARGEST_COUNT
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.summaries import read_run_summary

_IDENTITY_KEYS = ("env", "seed")


@dataclass(frozen=True)
class Source:
    """A run to export.

    Attributes:
        folder: Its folder.
        name: Its name in the export: that of its folder, and where two runs share one, with a number.
        env: Its environment.
        seed: Its seed.
        settings: Its newest settings by key, as plain values: a list is JSON text.
    """

    folder: RunFolder
    name: str
    env: str
    seed: int
    settings: Mapping[str, Any]


def open_sources(folders: Sequence[RunFolder]) -> list[Source]:
    """Return the runs in the folders, each with a name of its own.

    Raises:
        UsageError: One of them cannot be read.
    """
    sources: list[Source] = []
    for folder in folders:
        source = _open(folder)
        sources.append(replace(source, name=_free_name(source.name, {other.name for other in sources})))
    return sources


def differing_keys(sources: Sequence[Source]) -> list[str]:
    """Return the settings in which the runs differ, without environment and seed."""
    keys = dict.fromkeys(key for source in sources for key in source.settings if key not in _IDENTITY_KEYS)
    return [key for key in keys if len({repr(source.settings.get(key)) for source in sources}) > 1]


def _open(folder: RunFolder) -> Source:
    folder.check()
    summary = read_run_summary(folder)
    if summary.problem is not None:
        raise UsageError(f"run {summary.problem}")
    if summary.started is None:
        raise UsageError(f"run {folder.path} cannot be exported: its journal does not begin with run_started")
    settings = {_encodable(key): _plain_value(value) for key, value in summary.settings.items()}
    name = _encodable(folder.path.resolve().name) or "run"
    return Source(folder, name, _encodable(summary.started.env), summary.started.seed, settings)


def _free_name(name: str, taken: set[str]) -> str:
    candidates = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _plain_value(value: Any) -> Any:
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, int) and abs(value) > LARGEST_COUNT:
        return show_value(value)
    return value if isinstance(value, bool | int | float | None) else json.dumps(value, separators=(",", ":"))


def _encodable(text: str) -> str:
    """Return the text with lone surrogates escaped: UTF-8 has none, and a folder's name may have them."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
