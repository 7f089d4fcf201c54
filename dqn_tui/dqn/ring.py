"""A ring of rows: position p of an ever-growing count lives in slot p % capacity, where it overwrites an older one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ring_slices(start: int, stop: int, capacity: int) -> tuple[slice, slice]:
    """The slots of positions [start, stop), `capacity` at most: up to the ring's end, and on from its beginning."""
    first = start % capacity
    end = first + stop - start
    return slice(first, min(end, capacity)), slice(0, max(end - capacity, 0))


def read_ring(ring: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
    """Positions [start, stop) in order: a view where they lie in one piece, else a copy."""
    older, newer = ring_slices(start, stop, len(ring))
    return np.concatenate([ring[older], ring[newer]]) if newer.stop else ring[older]


def write_ring(ring: NDArray[Any], start: int, rows: NDArray[Any]) -> None:
    """Write rows, no more than the ring holds, from position `start` on."""
    older, newer = ring_slices(start, start + len(rows), len(ring))
    ring[older] = rows[: older.stop - older.start]
    ring[newer] = rows[older.stop - older.start :]
