"""`manifest.json`: what a checkpoint is, and the size and SHA-256 of each of its files; sealed by a hash of its own."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui.errors import CheckpointError
from dqn_tui.runs.reading import open_regular, parse_json

FORMAT = 1
LARGEST_JSON_BYTES = 16_000_000
REASONS = ("autosave", "request", "best", "end", "failure")
_SEAL = "manifest_sha256"
# Counts and sizes that a float64 can hold, too.
_LARGEST_COUNT = 2**53


class FileEntry(NamedTuple):
    """One file of a checkpoint."""

    size_bytes: int
    sha256: str


def write_manifest(facts: Mapping[str, Any], files: Mapping[str, FileEntry]) -> bytes:
    """The file's content."""
    listed = {name: {"bytes": entry.size_bytes, "sha256": entry.sha256} for name, entry in files.items()}
    return seal({"format": FORMAT, **facts, "files": listed})


def seal(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as the file that holds it, with the hash of all the rest."""
    sealed = {**manifest, _SEAL: _hash(manifest)}
    return (json.dumps(sealed, indent=2, allow_nan=False) + "\n").encode()


def read_manifest(file: Path) -> dict[str, Any]:
    """The object that `seal` was given.

    Raises:
        CheckpointError: there is none, or it is damaged or of another format.
    """
    with open_regular(file, LARGEST_JSON_BYTES) as content:
        manifest = parse_json(file, content.read(LARGEST_JSON_BYTES))
    version = manifest.get("format")
    if type(version) is not int or version != FORMAT:
        raise CheckpointError(f"{file} has format {version!r:.40}; this version reads format {FORMAT}")
    found = manifest.pop(_SEAL, None)
    try:
        expected = _hash(manifest)
    except (RecursionError, ValueError) as error:
        raise CheckpointError(f"{file} is damaged: {error}") from None
    if found != expected:
        raise CheckpointError(f"{file} is damaged: its {_SEAL} is not that of the rest")
    return manifest


def take_count(manifest: Mapping[str, Any], key: str) -> int:
    """A whole number, at least 0.

    Raises:
        KeyError: there is none.
        ValueError: it is something else.
    """
    value = manifest[key]
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise ValueError(f"{key} is {value!r:.40}")
    return value


def take_mean(manifest: Mapping[str, Any], key: str) -> float | None:
    """A finite number or None; raises as `take_count` does."""
    value = manifest[key]
    if value is None:
        return None
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{key} is {value!r:.40}")
    return float(value)


def take_text(manifest: Mapping[str, Any], key: str, pattern: str) -> str:
    """A text that matches a regular expression; raises as `take_count` does."""
    value = manifest[key]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"{key} is {value!r:.40}")
    return value


def take_object(manifest: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; raises as `take_count` does."""
    value = manifest[key]
    if not isinstance(value, dict):
        raise ValueError(f"{key} is {value!r:.40}")
    return value


def take_files(manifest: Mapping[str, Any]) -> dict[str, FileEntry]:
    """The files that it lists; raises as `take_count` does, and TypeError."""
    return {
        name: FileEntry(take_count(entry, "bytes"), take_text(entry, "sha256", "[0-9a-f]{64}"))
        for name, entry in take_object(manifest, "files").items()
    }


def _hash(manifest: Mapping[str, Any]) -> str:
    """Of the values alone: neither their order nor the blanks between them count."""
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
