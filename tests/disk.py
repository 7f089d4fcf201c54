"""A disk that fails, and one that loses power: every operation of this process on the files under a folder.

`Disk` wraps functions of `os`. It counts each step, lets one of them fail, and keeps a record, from which `Files`
derives the states in which a loss of power might leave them.
"""

from __future__ import annotations

import itertools
import os
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

STEPS = (
    "open", "write", "fsync", "close", "mkdir", "rename", "replace", "unlink", "rmdir", "truncate", "ftruncate",
    "statvfs",
)  # fmt: skip
MOST_PENDING = 6
RANDOM_CHOICES = 20


class Disk:
    """Inside the context, each step under `root` is counted, and step `fail_at` fails; if it `lasts`, all later ones.

    A write that fails has written half of its bytes. Syncs are counted but not made.

    Attributes:
        steps: The operations, such as `"rename step_1"`.
        record: The same for `Files`, without the steps that failed.
        descriptors: The open files, with their paths.
    """

    def __init__(self, root: Path, *, fail_at: int = 0, error: int = 0, lasts: bool = False) -> None:
        self._root = root
        self._fail_at = fail_at
        self._error = error
        self._lasts = lasts
        self.steps: list[str] = []
        self.record: list[tuple[Any, ...]] = []
        self.descriptors: dict[int, Path] = {}
        self._lock = threading.Lock()
        self._wrapped = {name: self._wrap(name, getattr(os, name)) for name in STEPS}
        self._patches = [patch.object(os, name, call) for name, call in self._wrapped.items()]

    def wrapped(self, name: str) -> Callable[..., Any]:
        """Return the replacement of `os.name`."""
        return self._wrapped[name]

    @property
    def has_failed(self) -> bool:
        """Whether the step that fails was reached."""
        return 0 < self._fail_at <= len(self.steps)

    def __enter__(self) -> Disk:
        for item in self._patches:
            item.start()
        return self

    def __exit__(self, *_: object) -> None:
        for item in self._patches:
            item.stop()

    def _wrap(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *arguments: Any, **more: Any) -> Any:
            path = self._path(target, more.get("dir_fd"))
            if path is None:
                return original(target, *arguments, **more)
            is_failing = self._count(f"{name} {path.name}")
            if is_failing and name == "write":
                arguments = (arguments[0][: len(arguments[0]) // 2],)
            if not is_failing or name in ("write", "close"):
                result = None if name == "fsync" else original(target, *arguments, **more)
                self._note(name, path, target, arguments, result)
            if is_failing:
                raise OSError(self._error, os.strerror(self._error), str(path))
            return result

        return call

    def _count(self, step: str) -> bool:
        """Add a step; whether it is to fail."""
        with self._lock:
            self.steps.append(step)
            return self.has_failed and (self._lasts or len(self.steps) == self._fail_at)

    def _path(self, target: Any, folder: int | None) -> Path | None:
        if isinstance(target, int):
            return self.descriptors.get(target)
        path = Path(target) if folder is None else self.descriptors.get(folder, Path("/")) / target
        return path if path.is_relative_to(self._root) else None

    def _note(self, name: str, path: Path, target: Any, arguments: tuple[Any, ...], result: Any) -> None:
        if name == "open":
            self.descriptors[result] = path
            if arguments[0] & os.O_CREAT:
                self.record.append(("create", path))
        elif name == "close":
            del self.descriptors[target]
        elif name == "write":
            self.record.append(("write", path, bytes(arguments[0][:result])))
        elif name in ("rename", "replace"):
            self.record.append(("rename", path, Path(arguments[0])))
        elif name in ("mkdir", "fsync"):
            self.record.append((name, path))
        elif name in ("unlink", "rmdir"):
            self.record.append(("remove", path))
        elif name in ("truncate", "ftruncate"):
            self.record.append(("truncate", path, arguments[0]))


State = dict[str, bytes | None]
"""Paths below a root: files with their bytes, folders with None."""


def read_state(root: Path) -> State:
    """What is on the disk now."""
    paths = sorted(root.rglob("*"))
    return {str(path.relative_to(root)): None if path.is_dir() else path.read_bytes() for path in paths}


def write_state(root: Path, state: State) -> None:
    """Make the disk hold a state."""
    for name, content in sorted(state.items()):
        if content is None:
            (root / name).mkdir()
        else:
            (root / name).write_bytes(content)


@dataclass(eq=False)
class Node:
    """A file with what it holds and what of it was synced, or a folder."""

    is_folder: bool
    content: bytes = b""
    synced: bytes = b""


Place = tuple[Node, str]
"""A name in a folder."""


@dataclass
class Change:
    """A node that left a place, or came to one, or both at once; for good, once the folder was synced."""

    node: Node
    source: Place | None
    target: Place | None
    is_synced: bool = False


class Files:
    """Files as the record of a `Disk` made them, and as a loss of power might leave them."""

    def __init__(self, root: Path, before: State) -> None:
        self._root = root
        self._top = Node(is_folder=True)
        self._names: dict[Place, Node] = {}
        self._changes: list[Change] = []
        for name, content in sorted(before.items()):
            node = Node(content is None, content or b"", content or b"")
            self._names[self._place(root / name)] = node
        self._before = dict(self._names)

    def apply(self, step: str, path: Path, *more: Any) -> None:
        """Take in one entry of the record; others than those of a `Disk` are passed over."""
        if step == "told":
            return
        if step == "fsync":
            self._sync(self._node(path))
        elif step == "write":
            self._node(path).content += more[0]
        elif step == "truncate":
            self._node(path).content = self._node(path).content[: more[0]]
        elif step == "rename":
            self._move(self._node(path), self._place(path), self._place(more[0]))
        elif step == "remove":
            self._move(self._node(path), self._place(path), None)
        elif self._place(path) not in self._names:
            self._move(Node(is_folder=step == "mkdir"), None, self._place(path))

    def crash_states(self, choices: Choices | None = None) -> Iterator[State]:
        """Each state in which a loss of power may leave the files now, or those of some `choices`.

        A name that was made, moved or removed since its folder's last sync is as before or as after, each for itself;
        bytes written since a file's last sync are lost, or there, or there in part.
        """
        pending = [change for change in self._changes if not change.is_synced]
        for lost in (choices or every_choice)(pending):
            names = self._names_without(lost)
            yield _state(names, self._top, lambda node: node.synced)
            yield _state(names, self._top, lambda node: node.content[: (len(node.synced) + len(node.content)) // 2])
            yield _state(names, self._top, lambda node: node.content)

    def _place(self, path: Path) -> Place:
        return self._node(path.parent), path.name

    def _node(self, path: Path) -> Node:
        return self._top if path == self._root else self._names[self._place(path)]

    def _move(self, node: Node, source: Place | None, target: Place | None) -> None:
        self._changes.append(Change(node, source, target))
        if source is not None:
            del self._names[source]
        if target is not None:
            self._names[target] = node

    def _sync(self, node: Node) -> None:
        node.synced = node.content
        for change in self._changes:
            place = change.target or change.source
            change.is_synced = change.is_synced or (place is not None and place[0] is node)

    def _names_without(self, lost: Iterable[Change]) -> dict[Place, Node]:
        names = dict(self._before)
        for change in self._changes:
            if any(change is item for item in lost) or (change.source and names.get(change.source) is not change.node):
                continue
            if change.source:
                del names[change.source]
            if change.target:
                names[change.target] = change.node
        return names


def _state(names: dict[Place, Node], folder: Node, content_of: Callable[[Node], bytes], prefix: str = "") -> State:
    state: State = {}
    for (parent, name), node in names.items():
        if parent is folder:
            state[prefix + name] = None if node.is_folder else content_of(node)
            if node.is_folder:
                state |= _state(names, node, content_of, f"{prefix}{name}/")
    return state


Choices = Callable[[list[Change]], Iterable[list[Change]]]
"""What may be lost of changes that were not synced."""


def few_choices(pending: list[Change]) -> Iterator[list[Change]]:
    """All is lost, nothing is, or some at random."""
    yield pending
    yield []
    generator = random.Random(len(pending))
    for _ in range(2):
        yield [change for change in pending if generator.random() < 0.5]


def every_choice(pending: list[Change]) -> Iterator[list[Change]]:
    """Every choice of a few; telling ones and some at random of many."""
    if len(pending) <= MOST_PENDING:
        for size in range(len(pending) + 1):
            yield from map(list, itertools.combinations(pending, size))
        return
    for index in range(len(pending) + 1):
        yield pending[index:]
        yield pending[:index]
        yield pending[index : index + 1]
        yield pending[:index] + pending[index + 1 :]
    generator = random.Random(len(pending))
    for _ in range(RANDOM_CHOICES):
        yield [change for change in pending if generator.random() < 0.5]
