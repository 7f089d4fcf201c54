"""The newest pictures of an episode, compressed, within a limit of bytes."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_BYTES = 48 << 20
_LEVEL = 1

Picture = NDArray[np.uint8] | str


class _Packed(NamedTuple):
    content: bytes
    shape: tuple[int, ...] | None


class PictureCache:
    """Keeps pictures by their step; those that were used least recently are dropped first.

    Args:
        largest_bytes: the most that the compressed pictures take together.
    """

    def __init__(self, largest_bytes: int = LARGEST_BYTES) -> None:
        self._largest_bytes = largest_bytes
        self._kept: OrderedDict[int, _Packed] = OrderedDict()
        self.size_bytes = 0

    def put(self, step: int, picture: Picture) -> None:
        """Keep a picture, and drop others until all fit; one that is too large alone is not kept."""
        self._drop(step)
        packed = _pack(picture)
        self._kept[step] = packed
        self.size_bytes += len(packed.content)
        while self.size_bytes > self._largest_bytes:
            self._drop(next(iter(self._kept)))

    def get(self, step: int) -> Picture | None:
        """Return a picture; None where it is not kept."""
        packed = self._kept.get(step)
        if packed is None:
            return None
        self._kept.move_to_end(step)
        return _unpack(packed)

    def cut(self, end: int) -> None:
        """Drop the pictures of the steps from `end` on."""
        for step in [step for step in self._kept if step >= end]:
            self._drop(step)

    def _drop(self, step: int) -> None:
        if (packed := self._kept.pop(step, None)) is not None:
            self.size_bytes -= len(packed.content)


def _pack(picture: Picture) -> _Packed:
    if isinstance(picture, str):
        return _Packed(zlib.compress(picture.encode("utf-8", "surrogatepass"), _LEVEL), None)
    return _Packed(zlib.compress(np.ascontiguousarray(picture).data, _LEVEL), picture.shape)


def _unpack(packed: _Packed) -> Picture:
    content = zlib.decompress(packed.content)
    if packed.shape is None:
        return content.decode("utf-8", "surrogatepass")
    return np.frombuffer(content, np.uint8).reshape(packed.shape)
