"""The user's taste, remembered between runs: theme, marker and the like, in a small file of its own.

`$XDG_CONFIG_HOME/dqn-tui/preferences.toml`, or `~/.config/dqn-tui/preferences.toml`; elsewhere the platform's folder.
Losing it costs nothing, so a file that cannot be read or written is never an error.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

_LARGEST_BYTES = 10_000
_HEAD = "# Written by dqn-tui when one of these is changed in its dashboard.\n"


@dataclass(frozen=True)
class Preferences:
    """What the user chose; None where nothing was chosen. Any value may come from a damaged file.

    Attributes:
        theme: name of a colour theme.
        marker: characters that charts are drawn with.
        smoothing: strength of the smoothing of the charts.
        notify: how the user wants to be called who looks elsewhere.
    """

    theme: str | None = None
    marker: str | None = None
    smoothing: int | None = None
    notify: str | None = None


class PreferenceFile:
    """The file that holds the preferences.

    Attributes:
        path: the file; None keeps the preferences in memory only.
        preferences: its content, read when the object is created.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.preferences = _read(path)

    def remember(self, **changes: Any) -> None:
        """Change some of the preferences, and write the file if that made a difference.

        The others are read again first, since another dashboard may have changed them meanwhile.
        """
        kept = _read(self.path) if self.path else self.preferences
        self.preferences = replace(kept, **changes)
        if self.path and self.preferences != kept:
            with suppress(OSError, ValueError):
                _write(self.path, self.preferences)


def user_file() -> PreferenceFile:
    """Return the file of the user who runs the program."""
    try:
        return PreferenceFile(user_config_path("dqn-tui", appauthor=False) / "preferences.toml")
    except (OSError, RuntimeError):
        # There is no home folder.
        return PreferenceFile()


def _read(path: Path | None) -> Preferences:
    if path is None:
        return Preferences()
    try:
        # A pipe would be waited for.
        if not path.is_file():
            return Preferences()
        with path.open("rb") as file:
            return _parse(tomllib.loads(file.read(_LARGEST_BYTES).decode()))
    except (OSError, ValueError, RecursionError):
        return Preferences()


def _parse(values: Mapping[str, Any]) -> Preferences:
    """Return the values of the right type; the others are left out."""
    kinds = {"theme": str, "marker": str, "smoothing": int, "notify": str}
    return Preferences(**{name: values[name] for name, kind in kinds.items() if type(values.get(name)) is kind})


def _write(path: Path, preferences: Preferences) -> None:
    """Replace the file as a whole; one that is a link keeps its place."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    # JSON's strings and numbers are TOML's, too.
    chosen = {name: value for name, value in asdict(preferences).items() if value is not None}
    text = _HEAD + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in chosen.items())
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".preferences-", encoding="utf-8", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
