"""A ring of rows: position p of a growing sequence is in slot p % capacity, where it overwrites an older one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def ring_slices(start: int, stop: int, capacity: int) -> tuple[slice, slice]:
    """Return the slots of positions [start, stop), at most `capacity`: up to the ring's end, and from its start."""
    first = start % capacity
    end = first + stop - start
    return slice(first, min(end, capacity)), slice(0, max(end - capacity, 0))


def read_ring(ring: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
    """Return positions [start, stop) in order: a view if they are contiguous, else a copy."""
    older, newer = ring_slices(start, stop, len(ring))
    return np.concatenate([ring[older], ring[newer]]) if newer.stop else ring[older]


def write_ring(ring: NDArray[Any], start: int, rows: NDArray[Any]) -> None:
    """Write at most `capacity` rows, from position `start` on."""
    older, newer = ring_slices(start, start + len(rows), len(ring))
    ring[older] = rows[: older.stop - older.start]
    ring[newer] = rows[older.stop - older.start :]
