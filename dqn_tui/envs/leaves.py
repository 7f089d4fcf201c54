"""The leaves of nested observation spaces: what lies under all their Dicts and Tuples, by dotted path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from dqn_tui.errors import UsageError, did_you_mean, show_value

Space = spaces.Space[Any]
Read = Callable[[Any], Any]


class Leaf(NamedTuple):
    """A space that is neither a Dict nor a Tuple.

    Attributes:
        path: its keys and indices joined by dots, such as `"agent.0"`; empty for a space that is not nested.
        keys: the same keys and indices.
        space: the space.
    """

    path: str
    keys: tuple[Any, ...]
    space: Space

    def read(self, observation: Any) -> Any:
        """Return this leaf's part of an observation of the whole space."""
        for key in self.keys:
            observation = observation[key]
        return observation


def find_leaves(space: Space) -> list[Leaf]:
    """Return the leaves of a space in its own order, which is that of `gymnasium.spaces.flatten`."""
    return list(_walk(space, ()))


def choose_leaves(leaves: Sequence[Leaf], wanted: Sequence[str]) -> list[Leaf]:
    """Return the leaves at or below the wanted paths, in the space's order; all of them where none is named.

    Raises:
        UsageError: a path names none.
    """
    for path in wanted:
        if not any(is_below(leaf, path) for leaf in leaves):
            known = [leaf.path for leaf in leaves if leaf.path]
            has = f"it has {', '.join(known)}" if known else "its observations are not a Dict or a Tuple"
            raise UsageError(f"observation_keys: no entry {show_value(path)}{did_you_mean(path, known)}; {has}")
    return [leaf for leaf in leaves if not wanted or any(is_below(leaf, path) for path in wanted)]


def is_image(space: Space) -> bool:
    """Whether observations of the space are encoded as an image."""
    if not isinstance(space, spaces.Box):
        return False
    return len(space.shape) == 3 or (len(space.shape) == 2 and space.dtype == np.uint8)


def is_vector(space: Space) -> bool:
    """Whether observations of the space are encoded as a vector."""
    if isinstance(space, spaces.Box):
        return len(space.shape) <= 2 and not is_image(space)
    return isinstance(space, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary)


def _walk(space: Space, keys: tuple[Any, ...]) -> Iterator[Leaf]:
    if isinstance(space, spaces.Dict):
        parts: Any = space.spaces.items()
    elif isinstance(space, spaces.Tuple):
        parts = enumerate(space.spaces)
    else:
        yield Leaf(".".join(map(str, keys)), keys, space)
        return
    for key, part in parts:
        yield from _walk(part, (*keys, key))


def is_below(leaf: Leaf, path: str) -> bool:
    """Whether a leaf is at a path, or under it."""
    return leaf.path == path or leaf.path.startswith(f"{path}.")
