"""The mean of the newest values, in constant time and without the drift of a running subtraction."""

from __future__ import annotations

from itertools import accumulate


class RollingMean:
    """The mean of the last `window` values pushed, of all where there are fewer.

    Values are summed in blocks of `window`: the sum is that of the current block and of the tail of the one
    before. Nothing is ever subtracted, so that one huge value leaves no error behind.
    """

    def __init__(self, window: int) -> None:
        self.window = window
        self.clear()

    def clear(self) -> None:
        """Forget all values."""
        self._block: list[float] = []
        self._block_sum = 0.0
        self._tail_sums: list[float] = []

    def push(self, value: float) -> float:
        """Add a finite value; the mean with it."""
        if len(self._block) == self.window:
            self._tail_sums = list(accumulate(reversed(self._block)))
            self._block, self._block_sum = [], 0.0
        self._block.append(value)
        self._block_sum += value
        if self._tail_sums:
            self._tail_sums.pop()
        tail = self._tail_sums[-1] if self._tail_sums else 0.0
        return (self._block_sum + tail) / (len(self._block) + len(self._tail_sums))
