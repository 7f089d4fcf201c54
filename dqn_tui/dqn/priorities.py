"""Proportional prioritized replay (Schaul et al. 2016): draws in proportion to priorities."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dqn_tui.dqn.ring import read_ring, ring_slices
from dqn_tui.dqn.saved import Arrays, read_finite
from dqn_tui.dqn.sizes import PRIORITY_BLOCK

PRIORITY_EPSILON = 1e-6
"""Added to each priority, so that transitions without error can still be drawn."""
LARGEST_PRIORITY = float(np.finfo(np.float32).max)
"""The largest TD error; the sum of as many of these as fit into memory is finite."""

Indices: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


class SumTree:
    """Numbers >= 0 by index, which can be searched by cumulative sum.

    A tree of two levels: leaves in blocks of 64, and the sums of the blocks. In NumPy, where a call costs more than a
    sum, it is several times faster than the paper's binary tree. Sums are always recomputed from the leaves, so they
    depend on nothing else and accumulate no rounding errors.
    """

    def __init__(self, capacity: int) -> None:
        blocks = -(-capacity // PRIORITY_BLOCK)
        self._blocks = np.zeros((blocks, PRIORITY_BLOCK))
        self._leaves = self._blocks.reshape(-1)
        self._sums = np.zeros(blocks)
        # The sum of all blocks before each block, then the total.
        self._starts = np.zeros(blocks + 1)
        self._is_stale = False

    @property
    def total(self) -> float:
        """The sum of all leaves."""
        return float(self._accumulate()[-1])

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self._blocks.nbytes + self._sums.nbytes + self._starts.nbytes

    @property
    def leaves(self) -> Floats:
        """A view of all leaves, float64; those beyond the capacity are 0."""
        return self._leaves

    def get(self, indices: Indices) -> Floats:
        """Return the leaves at `indices` [B]."""
        return self._leaves.take(indices)

    def set(self, indices: Indices, values: Floats) -> None:
        """Write `values` [B] at `indices` [B]; the last of equal indices wins."""
        self._leaves[indices] = values
        self._sum_up(indices // PRIORITY_BLOCK)

    def fill(self, start: int, stop: int, values: float | Floats) -> None:
        """Write indices [start, stop)."""
        self._leaves[start:stop] = values
        self._sum_up(np.arange(start // PRIORITY_BLOCK, -(-stop // PRIORITY_BLOCK)))

    def find(self, masses: Floats) -> Indices:
        """Return the indices [B] whose shares of the total contain `masses` [B], in [0, total]; never a leaf of 0.

        The total must be > 0.
        """
        starts = self._accumulate()
        masses = _below(masses, starts[-1])
        blocks = starts[1:].searchsorted(masses, side="right")
        ends = np.add.accumulate(self._blocks.take(blocks, axis=0), axis=1)
        inside = _below(masses - starts.take(blocks), ends[:, -1])
        found: Indices = blocks * PRIORITY_BLOCK + (ends > inside[:, np.newaxis]).argmax(axis=1)
        return found

    def _sum_up(self, blocks: Indices) -> None:
        self._sums[blocks] = np.add.reduce(self._blocks.take(blocks, axis=0), axis=1)
        self._is_stale = True

    def _accumulate(self) -> Floats:
        if self._is_stale:
            np.add.accumulate(self._sums, out=self._starts[1:])
            self._is_stale = False
        return self._starts


def _below(masses: Floats, ends: Floats) -> Floats:
    """Move masses that rounding put at the end of a range, or past it, into its last non-empty share."""
    return np.minimum(masses, np.nextafter(ends, 0.0))


class Priorities:
    """Priorities of the transitions at ring positions [tail, head), and draws in proportion to them.

    Leaves are (priority + epsilon) ** alpha. New transitions start with the largest leaf so far, initially 1.
    """

    def __init__(self, capacity: int, alpha: float) -> None:
        self._capacity = capacity
        self._alpha = alpha
        self._tree = SumTree(capacity)
        self._largest = 1.0
        self._tail = self._head = 0

    @property
    def nbytes(self) -> int:
        """Memory of the tree, in bytes."""
        return self._tree.nbytes

    def follow(self, tail: int, head: int) -> None:
        """Remove all transitions that left the ring since the last call, and add those that entered."""
        if tail != self._tail:
            self._fill(self._tail, min(tail, self._head), 0.0)
        if head != self._head:
            self._fill(max(tail, self._head), head, self._largest)
        self._tail, self._head = tail, head

    def draw(self, batch_size: int, generator: np.random.Generator, beta: float) -> tuple[Indices, NDArray[np.float32]]:
        """Draw from each of B equal shares of the total; return slots [B] and importance weights float32 [B].

        The weights (N p) ** -beta, divided by the largest in the batch, are (leaf / smallest leaf) ** -beta: N and the
        total cancel out.
        """
        share = self._tree.total / batch_size
        indices = self._tree.find((np.arange(batch_size) + generator.random(batch_size)) * share)
        leaves = self._tree.get(indices)
        return indices, ((leaves.min() / leaves) ** beta).astype(np.float32)

    def update(self, indices: Indices, priorities: NDArray[np.floating[Any]]) -> None:
        """Set the priorities [B], >= 0, of slots [B]; slots whose transition has left stay empty.

        Raises:
            ValueError: a priority is negative or not a finite float32.
        """
        _check_range(priorities, LARGEST_PRIORITY)
        values = (priorities.astype(np.float64) + PRIORITY_EPSILON) ** self._alpha
        is_live = self._tree.get(indices) > 0.0
        self._tree.set(indices[is_live], values[is_live])
        self._largest = max(self._largest, float(values.max()))

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return the leaves from tail to head, float64 [size], and the largest so far; the tree follows from these."""
        leaves = self._tree.leaves[: self._capacity]
        return {
            "priorities": read_ring(leaves, self._tail, self._head),
            "largest_priority": np.array(self._largest),
        }

    def set_state(self, state: Arrays, tail: int, head: int) -> None:
        """Restore the result of `get_state`, for the positions [tail, head).

        Raises:
            ValueError: the number of leaves differs, or they are not priorities.
        """
        leaves = read_finite(state, "priorities", (head - tail,), np.float64)
        largest = float(read_finite(state, "largest_priority", (), np.float64))
        if not 1.0 <= largest <= LARGEST_PRIORITY:
            raise ValueError(f"largest_priority must lie in [1, {LARGEST_PRIORITY}], got {largest}")
        if leaves.size:
            _check_range(leaves, largest)
        self._largest = largest
        self._tree.fill(0, self._capacity, 0.0)
        self._fill(tail, head, leaves)
        self._tail, self._head = tail, head
        if leaves.size and not self._tree.total:
            raise ValueError("priorities must not all be 0")

    def _fill(self, start: int, stop: int, leaves: float | Floats) -> None:
        """Write the leaves of ring positions [start, stop)."""
        older, newer = ring_slices(start, stop, self._capacity)
        split = older.stop - older.start
        for slots, part in ((older, slice(split)), (newer, slice(split, None))):
            if slots.start < slots.stop:
                self._tree.fill(slots.start, slots.stop, leaves if isinstance(leaves, float) else leaves[part])


def _check_range(priorities: NDArray[np.floating[Any]], largest: float) -> None:
    low, high = float(priorities.min()), float(priorities.max())
    if not 0.0 <= low <= high <= largest:
        raise ValueError(f"priorities must lie in [0, {largest}], got {low} to {high}")
