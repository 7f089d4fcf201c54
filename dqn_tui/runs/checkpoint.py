"""Checkpoints: a folder with `manifest.json`, which says what is inside, and raw arrays beside it. No pickle.

checkpoints/step_000025000/
    manifest.json        format, step, configuration, sizes and SHA-256 of the other files
    online.safetensors   the online network, in state-dict order
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs.durable import write_folder
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.spaces import Spaces

FORMAT = 1
MANIFEST = "manifest.json"
STATE = "state.json"
GROUPS = ("online", "target", "optimizer", "noise", "replay", "episodes")
_FILES = {STATE, *(f"{group}.safetensors" for group in GROUPS)}
_LARGEST_JSON_BYTES = 16_000_000
Arrays = Mapping[str, NDArray[Any]]


class FileEntry(NamedTuple):
    """One file of a checkpoint."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Checkpoint:
    """What a manifest says.

    Attributes:
        path: the folder.
        step: environment steps taken when it was written.
        reason: why it was written: autosave, request, best, end, failure.
        config: the run's settings.
        spaces: the network's input and output.
        eval_mean: mean return of the evaluation of these very weights, where there was one.
        weights_sha256: hash of the online network.
        files: name to size in bytes and SHA-256.
    """

    path: Path
    step: int
    reason: str
    config: dict[str, Any]
    spaces: Spaces
    eval_mean: float | None
    weights_sha256: str
    files: dict[str, FileEntry]

    @property
    def size_bytes(self) -> int:
        """Size of its files together, the manifest apart."""
        return sum(entry.size_bytes for entry in self.files.values())


def save_checkpoint(
    path: Path, groups: Mapping[str, Arrays], facts: Mapping[str, Any], state: Mapping[str, Any] | None = None
) -> Checkpoint:
    """Write `groups` of arrays, a safetensors file each, `state`, and a manifest with `facts`, as the folder `path`.

    Raises:
        OSError: the disk would not take it; what stood at `path` is still there.
    """
    contents = {
        f"{name}.safetensors": safetensors.numpy.save(
            {key: np.asarray(value, order="C") for key, value in arrays.items()}
        )
        for name, arrays in groups.items()
    }
    if state is not None:
        contents[STATE] = json.dumps(state, allow_nan=False).encode()
    files = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    manifest = {"format": FORMAT, **facts, "files": files}
    contents[MANIFEST] = (json.dumps(manifest, indent=2, allow_nan=False) + "\n").encode()
    write_folder(path, contents)
    return _from_manifest(path, manifest)


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at `path`, its manifest checked but its arrays not yet read.

    Raises:
        CheckpointError: there is none, or it is damaged or of another format.
    """
    file = path / MANIFEST
    manifest = _parse_json(file, _read_file(file, _LARGEST_JSON_BYTES))
    if manifest.get("format") != FORMAT:
        raise CheckpointError(f"{file} has format {manifest.get('format')!r}; this version reads format {FORMAT}")
    try:
        checkpoint = _from_manifest(path, manifest)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(f"{file} is damaged: {type(error).__name__} {error}") from None
    unknown = sorted(set(checkpoint.files) - _FILES)
    if unknown:
        raise CheckpointError(f"{file} is damaged: it lists {unknown[0]!r}, which is no file of a checkpoint")
    return checkpoint


def read_arrays(checkpoint: Checkpoint, group: str, largest_bytes: int) -> dict[str, NDArray[Any]]:
    """The arrays of one group, after their file's size and hash were found right.

    Raises:
        CheckpointError: the file is missing, not what the manifest says, or larger than it can rightly be.
    """
    path, content = _read_listed(checkpoint, f"{group}.safetensors", largest_bytes)
    try:
        return safetensors.numpy.load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None


def read_state(checkpoint: Checkpoint) -> dict[str, Any]:
    """What `state.json` holds.

    Raises:
        CheckpointError: the file is missing or not what the manifest says.
    """
    path, content = _read_listed(checkpoint, STATE, _LARGEST_JSON_BYTES)
    return _parse_json(path, content)


def _read_listed(checkpoint: Checkpoint, name: str, largest_bytes: int) -> tuple[Path, bytes]:
    path = checkpoint.path / name
    entry = checkpoint.files.get(name)
    if entry is None:
        raise CheckpointError(f"{checkpoint.path} holds no {name}")
    content = _read_file(path, largest_bytes, expected_bytes=entry.size_bytes)
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise CheckpointError(f"{path} is damaged: its SHA-256 is not the manifest's")
    return path, content


def _read_file(path: Path, largest_bytes: int, expected_bytes: int | None = None) -> bytes:
    """A regular file, never through a link, whose size is looked at before anything is read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise CheckpointError(f"{path} is damaged: it is no regular file")
            if expected_bytes is not None and status.st_size != expected_bytes:
                raise CheckpointError(f"{path} is damaged: {status.st_size:,} bytes, expected {expected_bytes:,}")
            if status.st_size > largest_bytes:
                raise CheckpointError(
                    f"{path} is damaged: {status.st_size:,} bytes, expected at most {largest_bytes:,}"
                )
            return file.read(status.st_size)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from None


def _parse_json(path: Path, content: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        data = json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} is damaged: expected an object")
    return data


def find_checkpoints(folder: RunFolder) -> list[Checkpoint]:
    """The readable checkpoints of a run, oldest first; `best/` apart."""
    found = []
    for path in sorted(folder.checkpoints.glob("step_*")):
        try:
            found.append(read_checkpoint(path))
        except CheckpointError:
            continue
    return found


def prune_checkpoints(folder: RunFolder, keep_last: int) -> None:
    """Remove the oldest automatic checkpoints; the last `keep_last` and those saved for another reason stay."""
    automatic = [item for item in find_checkpoints(folder) if item.reason == "autosave"]
    for item in automatic[:-keep_last]:
        (item.path / MANIFEST).unlink()
        shutil.rmtree(item.path, ignore_errors=True)


def resolve_target(target: Path, *, should_take_last: bool = False) -> Checkpoint:
    """The checkpoint that TARGET means: a checkpoint folder itself, or a run's best one, or its newest.

    Raises:
        UsageError: TARGET is neither, or the run has no checkpoint yet.
    """
    if (target / MANIFEST).is_file():
        return read_checkpoint(target)
    if not is_run_folder(target):
        what = "there is no such folder" if not target.exists() else "neither a run folder nor a checkpoint folder"
        raise UsageError(f"target {target}: {what}; see `dqn-tui runs`")
    folder = RunFolder(target)
    if not should_take_last and folder.best.exists():
        return read_checkpoint(folder.best)
    found = find_checkpoints(folder)
    if not found:
        raise UsageError(f"run {target} has no checkpoint yet")
    return found[-1]


def _from_manifest(path: Path, manifest: Mapping[str, Any]) -> Checkpoint:
    eval_mean = manifest["eval_mean"]
    return Checkpoint(
        path=path,
        step=int(manifest["step"]),
        reason=str(manifest["reason"]),
        config=dict(manifest["config"]),
        spaces=Spaces.from_dict(manifest["spaces"]),
        eval_mean=None if eval_mean is None else float(eval_mean),
        weights_sha256=str(manifest["weights_sha256"]),
        files={
            str(name): FileEntry(int(entry["bytes"]), str(entry["sha256"])) for name, entry in manifest["files"].items()
        },
    )
