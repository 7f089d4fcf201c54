"""`manifest.json`: facts about a checkpoint, with the size and SHA-256 of each of its files; sealed by its own hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dqn_tui.errors import CheckpointError
from dqn_tui.runs.reading import open_regular, parse_json

MANIFEST = "manifest.json"
FORMAT = 1
# Manifests have some 3 kB; one of megabytes, such as with 100,000 layers, would take long to refuse otherwise.
LARGEST_MANIFEST_BYTES = 200_000
_SEAL = "manifest_sha256"
# Exact in a float64, too.
_LARGEST_COUNT = 2**53

_Count = Annotated[int, Field(ge=0, le=_LARGEST_COUNT)]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Reason = Literal["autosave", "request", "best", "end", "failure"]
"""Why a checkpoint was written."""


class FileEntry(BaseModel):
    """One file of a checkpoint."""

    model_config = ConfigDict(strict=True, frozen=True)
    size_bytes: _Count = Field(alias="bytes")
    sha256: _Sha256


class Manifest(BaseModel):
    """The facts in a manifest; unknown keys are ignored.

    Attributes:
        step: Environment steps taken when it was written.
        reason: Why it was written.
        config: The run's settings.
        spaces: The network's input and output, see `Spaces.from_dict`.
        eval_mean: Mean return of the evaluation of exactly these weights, if there was one.
        weights_sha256: Hash of the online network.
        files: File name to size and hash.
    """

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)
    step: _Count
    reason: Reason
    config: dict[str, Any]
    spaces: dict[str, Any]
    eval_mean: float | None
    weights_sha256: _Sha256
    files: dict[str, FileEntry]


def write_manifest(facts: Mapping[str, Any], files: Mapping[str, FileEntry]) -> bytes:
    """Return the content of `manifest.json`."""
    listed = {name: entry.model_dump(by_alias=True) for name, entry in files.items()}
    return seal({"format": FORMAT, **facts, "files": listed})


def seal(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as the content of its file, with the hash of everything else in it."""
    sealed = {**manifest, _SEAL: _hash(manifest)}
    return (json.dumps(sealed, indent=2, allow_nan=False) + "\n").encode()


def read_manifest(file: Path) -> Manifest:
    """Read a manifest and check its seal, format and facts.

    Raises:
        CheckpointError: There is none, or it is damaged or of another format.
    """
    with open_regular(file, LARGEST_MANIFEST_BYTES) as content:
        data = parse_json(file, content.read(LARGEST_MANIFEST_BYTES))
    version = data.get("format")
    if type(version) is not int or version != FORMAT:
        raise CheckpointError(f"{file} has format {version!r:.40}; this version reads format {FORMAT}")
    _check_seal(file, data)
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise CheckpointError(f"{file} is damaged: {_explain(error)}") from None


def _check_seal(file: Path, data: dict[str, Any]) -> None:
    found = data.pop(_SEAL, None)
    try:
        expected = _hash(data)
    except (RecursionError, ValueError) as error:
        raise CheckpointError(f"{file} is damaged: {error}") from None
    if found != expected:
        raise CheckpointError(f"{file} is damaged: its {_SEAL} does not match the rest of it")


def _hash(manifest: Mapping[str, Any]) -> str:
    """Return the hash of the values alone: neither their order nor white space counts."""
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _explain(error: ValidationError) -> str:
    """Name the key, its value and what is allowed, of the first fact that is wrong."""
    first = error.errors(include_url=False, include_context=False)[0]
    key = ".".join(f"{part!s:.80}" for part in first["loc"])
    if first["type"] == "missing":
        return f"{key} is missing"
    return f"{key} is {first['input']!r:.40}: {first['msg']}"
