"""Checkpoints: a folder with `manifest.json`, which says what is inside, and raw arrays beside it. No pickle.

checkpoints/step_000025000/
    manifest.json        format, step, configuration, sizes and SHA-256 of the other files, and of itself
    state.json           counters, meters, random generators
    online.safetensors   the online network, in state-dict order; and so each group of arrays
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dqn_tui.config import Config, parse_config
from dqn_tui.dqn.saved import Arrays
from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs import manifest as manifests
from dqn_tui.runs.arrays import decode_arrays, encode_arrays
from dqn_tui.runs.durable import Content, remove_folder, write_folder
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.runs.manifest import FileEntry
from dqn_tui.runs.reading import open_regular, parse_json
from dqn_tui.spaces import Spaces

MANIFEST = "manifest.json"
STATE = "state.json"
GROUPS = ("online", "target", "optimizer", "noise", "replay", "episodes")
_FILES = {STATE, *(f"{group}.safetensors" for group in GROUPS)}


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

    All of it is read back and found right before it takes the place of what stood at `path`.

    Raises:
        OSError: the disk would not take it; what stood at `path` is still there.
        CheckpointError: it reads back otherwise than it was written; what stood at `path` is still there.
    """
    contents = {f"{name}.safetensors": encode_arrays(arrays) for name, arrays in groups.items()}
    if state is not None:
        contents[STATE] = [json.dumps(state, allow_nan=False).encode()]
    files = {name: _describe_file(parts) for name, parts in contents.items()}

    def verify(folder: Path) -> Checkpoint:
        checkpoint = verify_checkpoint(folder)
        if checkpoint.files != files:
            raise CheckpointError(f"{folder / MANIFEST} reads back otherwise than it was written")
        return replace(checkpoint, path=path)

    return write_folder(path, contents | {MANIFEST: [manifests.write_manifest(facts, files)]}, verify)


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at `path`, its manifest checked but its arrays not yet read.

    Raises:
        CheckpointError: there is none, or it is damaged or of another format.
    """
    file = path / MANIFEST
    manifest = manifests.read_manifest(file)
    try:
        checkpoint = _from_manifest(path, manifest)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{file} is damaged: {type(error).__name__} {error}") from None
    unknown = sorted(set(checkpoint.files) - _FILES)
    if unknown:
        raise CheckpointError(f"{file} is damaged: it lists {unknown[0]!r:.80}, which is no file of a checkpoint")
    return checkpoint


def verify_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at `path`, each file's size and hash found to be the manifest's.

    Raises:
        CheckpointError: there is none, or it is damaged or of another format.
    """
    checkpoint = read_checkpoint(path)
    for name, entry in checkpoint.files.items():
        file = path / name
        with open_regular(file, entry.size_bytes, entry.size_bytes) as content:
            _check_hash(file, hashlib.file_digest(content, "sha256").hexdigest(), entry)
    return checkpoint


def read_settings(checkpoint: Checkpoint) -> Config:
    """The run's settings.

    Raises:
        CheckpointError: they are not those of this version.
    """
    try:
        return parse_config(checkpoint.config)
    except (UsageError, RecursionError) as error:
        raise CheckpointError(f"{checkpoint.path / MANIFEST} does not fit this version: {error}") from None


def check_fit(checkpoint: Checkpoint, spaces: Spaces) -> None:
    """See that the environment still has the observations and actions of the checkpoint.

    Raises:
        CheckpointError: they are others.
    """
    if checkpoint.spaces != spaces:
        raise CheckpointError(
            f"{checkpoint.path} does not fit its environment: observations and actions are "
            f"{checkpoint.spaces.to_dict()}, expected {spaces.to_dict()}"
        )


def read_arrays(checkpoint: Checkpoint, group: str, largest_bytes: int) -> dict[str, NDArray[Any]]:
    """The arrays of one group, after their file's size and hash were found right.

    Raises:
        CheckpointError: the file is missing, not what the manifest says, or larger than it can rightly be.
    """
    return decode_arrays(*_read_listed(checkpoint, f"{group}.safetensors", largest_bytes))


def read_state(checkpoint: Checkpoint) -> dict[str, Any]:
    """What `state.json` holds.

    Raises:
        CheckpointError: the file is missing or not what the manifest says.
    """
    return parse_json(*_read_listed(checkpoint, STATE, manifests.LARGEST_JSON_BYTES))


def find_checkpoints(folder: RunFolder) -> list[Checkpoint]:
    """The readable checkpoints of a run, oldest first; `best/` apart."""
    found = []
    for path in folder.step_folders():
        try:
            found.append(read_checkpoint(path))
        except CheckpointError:
            continue
    return found


def prune_checkpoints(folder: RunFolder, keep_last: int) -> None:
    """Remove the oldest automatic checkpoints; the last `keep_last` and those saved for another reason stay.

    Raises:
        OSError: one of them cannot be removed.
    """
    automatic = [item for item in find_checkpoints(folder) if item.reason == "autosave"]
    for item in automatic[:-keep_last]:
        remove_folder(item.path)


def is_checkpoint_folder(path: Path) -> bool:
    """Whether a manifest, or what became of it, is there."""
    return os.path.lexists(path / MANIFEST)


def resolve_target(target: Path, *, should_take_last: bool = False) -> Checkpoint:
    """The checkpoint that TARGET means: a checkpoint folder itself, or a run's best one, or its newest.

    Raises:
        UsageError: TARGET is neither, or the run has no checkpoint yet.
    """
    if is_checkpoint_folder(target):
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


def _describe_file(parts: Content) -> FileEntry:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return FileEntry(sum(map(len, parts)), digest.hexdigest())


def _read_listed(checkpoint: Checkpoint, name: str, largest_bytes: int) -> tuple[Path, bytes]:
    file = checkpoint.path / name
    entry = checkpoint.files.get(name)
    if entry is None:
        raise CheckpointError(f"{checkpoint.path / MANIFEST} lists no {name}")
    with open_regular(file, largest_bytes, entry.size_bytes) as opened:
        content = opened.read(entry.size_bytes)
    _check_hash(file, hashlib.sha256(content).hexdigest(), entry)
    return file, content


def _check_hash(file: Path, sha256: str, entry: FileEntry) -> None:
    if sha256 != entry.sha256:
        raise CheckpointError(f"{file} is damaged: its SHA-256 is not the manifest's")


def _from_manifest(path: Path, manifest: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        path=path,
        step=manifests.take_count(manifest, "step"),
        reason=manifests.take_text(manifest, "reason", "|".join(manifests.REASONS)),
        config=manifests.take_object(manifest, "config"),
        spaces=Spaces.from_dict(manifests.take_object(manifest, "spaces")),
        eval_mean=manifests.take_mean(manifest, "eval_mean"),
        weights_sha256=manifests.take_text(manifest, "weights_sha256", "[0-9a-f]{64}"),
        files=manifests.take_files(manifest),
    )
