"""Checkpoints: folders with `manifest.json`, which describes the contents, and raw arrays beside it. No pickle.

checkpoints/step_000025000/
    manifest.json        format, step, configuration, sizes and SHA-256 of the other files, and of itself
    state.json           counters, meters, random generators
    online.safetensors   the online network, in state-dict order; likewise each other group of arrays
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dqn_tui.config import Config, parse_config
from dqn_tui.dqn.saved import Arrays
from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs.arrays import decode_arrays, encode_arrays
from dqn_tui.runs.durable import Content, remove_folder, write_folder
from dqn_tui.runs.folder import RunFolder, is_run_folder
from dqn_tui.runs.manifest import MANIFEST, FileEntry, read_manifest, write_manifest
from dqn_tui.runs.reading import open_regular, parse_json
from dqn_tui.spaces import Spaces

STATE = "state.json"
LARGEST_STATE_BYTES = 16_000_000
ONLINE = "online.safetensors"
GROUPS = ("online", "target", "optimizer", "noise", "replay", "episodes")
_FILES = {STATE, *(f"{group}.safetensors" for group in GROUPS)}


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint's folder, and the facts from its manifest.

    Attributes:
        path: The folder.
        step: Environment steps taken when it was written.
        reason: Why it was written: autosave, request, best, end, failure.
        config: The run's settings.
        spaces: The network's input and output.
        eval_mean: Mean return of the evaluation of exactly these weights, if there was one.
        weights_sha256: Hash of the online network.
        files: File name to size in bytes and SHA-256.
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
        """Total size of its files, without the manifest."""
        return sum(entry.size_bytes for entry in self.files.values())


def save_checkpoint(
    path: Path, groups: Mapping[str, Arrays], facts: Mapping[str, Any], state: Mapping[str, Any] | None = None
) -> Checkpoint:
    """Write `groups` of arrays, a safetensors file each, `state`, and a manifest with `facts`, as the folder `path`.

    Everything is read back and verified before it replaces a previous version.

    Raises:
        OSError: The disk refused it; the previous version is still there.
        CheckpointError: It does not read back as it was written; the previous version is still there.
    """
    contents = {f"{name}.safetensors": encode_arrays(arrays) for name, arrays in groups.items()}
    if state is not None:
        contents[STATE] = [json.dumps(state, allow_nan=False).encode()]
    files = {name: _describe_file(parts) for name, parts in contents.items()}

    def verify(folder: Path) -> Checkpoint:
        checkpoint = verify_checkpoint(folder)
        if checkpoint.files != files:
            raise CheckpointError(f"{folder / MANIFEST} does not read back as it was written")
        return replace(checkpoint, path=path)

    return write_folder(path, contents | {MANIFEST: [write_manifest(facts, files)]}, verify)


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path` with its manifest checked, its arrays not yet read.

    Raises:
        CheckpointError: There is none, or it is damaged or of another format.
    """
    file = path / MANIFEST
    manifest = read_manifest(file)
    unknown = sorted(set(manifest.files) - _FILES)
    if unknown:
        raise CheckpointError(f"{file} is damaged: it lists {unknown[0]!r:.80}, which is not a file of a checkpoint")
    try:
        spaces = Spaces.from_dict(manifest.spaces)
    except ValueError as error:
        raise CheckpointError(f"{file} is damaged: spaces: {error}") from None
    return Checkpoint(
        path=path,
        step=manifest.step,
        reason=manifest.reason,
        config=manifest.config,
        spaces=spaces,
        eval_mean=manifest.eval_mean,
        weights_sha256=manifest.weights_sha256,
        files=manifest.files,
    )


def verify_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path` after checking each file's size and hash.

    Raises:
        CheckpointError: There is none, or it is damaged or of another format.
    """
    checkpoint = read_checkpoint(path)
    for name in checkpoint.files:
        verify_file(checkpoint, name)
    return checkpoint


def verify_file(checkpoint: Checkpoint, name: str) -> None:
    """Check that a file's size and hash are the manifest's.

    Raises:
        CheckpointError: they are not, or the manifest does not list it.
    """
    file, entry = checkpoint.path / name, _find_entry(checkpoint, name)
    with open_regular(file, entry.size_bytes, entry.size_bytes) as content:
        _check_hash(file, hashlib.file_digest(content, "sha256").hexdigest(), entry)


def read_settings(checkpoint: Checkpoint) -> Config:
    """Return the run's settings.

    Raises:
        CheckpointError: They are not those of this version.
    """
    try:
        return parse_config(checkpoint.config)
    except (UsageError, RecursionError) as error:
        raise CheckpointError(f"{checkpoint.path / MANIFEST} does not fit this version: {error}") from None


def check_fit(checkpoint: Checkpoint, spaces: Spaces) -> None:
    """Check that the environment still has the observations and actions of the checkpoint.

    Raises:
        CheckpointError: They differ.
    """
    if checkpoint.spaces != spaces:
        raise CheckpointError(
            f"{checkpoint.path} does not fit its environment: observations and actions are "
            f"{checkpoint.spaces.to_dict()}, expected {spaces.to_dict()}"
        )


def read_arrays(checkpoint: Checkpoint, group: str, largest_bytes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of one group after checking their file's size and hash.

    Raises:
        CheckpointError: The file is missing, not as in the manifest, or larger than `largest_bytes`.
    """
    return decode_arrays(*_read_listed(checkpoint, f"{group}.safetensors", largest_bytes))


def read_state(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the contents of `state.json`.

    Raises:
        CheckpointError: The file is missing or not as in the manifest.
    """
    return parse_json(*_read_listed(checkpoint, STATE, LARGEST_STATE_BYTES))


def find_checkpoints(folder: RunFolder) -> list[Checkpoint]:
    """Return the readable checkpoints of a run, oldest first, without `best/`."""
    found = []
    for path in folder.step_folders():
        try:
            found.append(read_checkpoint(path))
        except CheckpointError:
            continue
    return found


def find_newest(folder: RunFolder) -> Checkpoint | None:
    """Return a run's readable checkpoint of the latest step: `best/` where it is later than all others."""
    found = find_checkpoints(folder)[-1:]
    if is_checkpoint_folder(folder.best) and not folder.best.is_symlink():
        with suppress(CheckpointError):
            found.append(read_checkpoint(folder.best))
    return max(found, key=lambda checkpoint: checkpoint.step, default=None)


def step_of(path: Path) -> int | None:
    """Return the step in the name of a checkpoint folder, or in the manifest of `best/`; None if that is damaged."""
    digits = path.name.removeprefix("step_")
    if digits.isdecimal():
        return int(digits)
    try:
        return read_checkpoint(path).step
    except CheckpointError:
        return None


def prune_checkpoints(folder: RunFolder, keep_last: int) -> None:
    """Remove the oldest automatic checkpoints, except the last `keep_last`; those saved for another reason stay.

    Raises:
        OSError: One of them cannot be removed.
    """
    automatic = [item for item in find_checkpoints(folder) if item.reason == "autosave"]
    for item in automatic[: max(0, len(automatic) - keep_last)]:
        remove_folder(item.path)


def is_checkpoint_folder(path: Path) -> bool:
    """Return whether `path` contains a manifest, readable or not."""
    return os.path.lexists(path / MANIFEST)


def resolve_target(target: Path, *, should_take_last: bool = False) -> Checkpoint:
    """Return the checkpoint that TARGET names: a checkpoint folder itself, or a run's best one, else its newest.

    Raises:
        UsageError: TARGET is neither, the run has no checkpoint yet, or something in it is a link.
    """
    if is_checkpoint_folder(target):
        return read_checkpoint(target)
    if not is_run_folder(target):
        what = "neither a run folder nor a checkpoint folder" if os.path.exists(target) else "there is no such folder"
        raise UsageError(f"target {target}: {what}; see `dqn-tui runs`")
    folder = RunFolder(target)
    folder.check()
    if not should_take_last and folder.best.exists():
        return read_checkpoint(folder.best)
    newest = find_newest(folder)
    if newest is None:
        raise UsageError(f"run {target} has no checkpoint yet")
    return newest


def _describe_file(parts: Content) -> FileEntry:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return FileEntry(bytes=sum(map(len, parts)), sha256=digest.hexdigest())


def _read_listed(checkpoint: Checkpoint, name: str, largest_bytes: int) -> tuple[Path, bytes]:
    file, entry = checkpoint.path / name, _find_entry(checkpoint, name)
    with open_regular(file, largest_bytes, entry.size_bytes) as opened:
        content = opened.read(entry.size_bytes)
    _check_hash(file, hashlib.sha256(content).hexdigest(), entry)
    return file, content


def _find_entry(checkpoint: Checkpoint, name: str) -> FileEntry:
    entry = checkpoint.files.get(name)
    if entry is None:
        raise CheckpointError(f"{checkpoint.path / MANIFEST} lists no {name}")
    return entry


def _check_hash(file: Path, sha256: str, entry: FileEntry) -> None:
    if sha256 != entry.sha256:
        raise CheckpointError(f"{file} is damaged: its SHA-256 does not match the manifest")
