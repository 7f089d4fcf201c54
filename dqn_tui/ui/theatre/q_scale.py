"""The scale of the Q-value bars, common to all actions; it only ever grows."""

from __future__ import annotations

import math

from dqn_tui.rollout import RolloutFrame

_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LARGEST = 1e300


class QScale:
    """A range of Q-values that includes zero and all values seen, with round ends.

    It grows when a value lies outside and never shrinks, so that bars of different moments can be compared. A new
    policy starts a new scale with its first episode.

    Attributes:
        low: left end of the bars, at most 0.
        high: right end of the bars, at least 0.
    """

    def __init__(self) -> None:
        self.low = self.high = 0.0
        self._policy = ""

    def include(self, frame: RolloutFrame) -> None:
        """Extend the range to the finite Q-values of a frame's allowed actions."""
        if frame.policy != self._policy:
            self.low = self.high = 0.0
            self._policy = frame.policy
        values = [value for action, value in enumerate(frame.q_values) if frame.mask is None or frame.mask[action]]
        finite = [max(-_LARGEST, min(_LARGEST, value)) for value in values if math.isfinite(value)]
        self.low = min(self.low, -round_outward(-min(finite, default=0.0)))
        self.high = max(self.high, round_outward(max(finite, default=0.0)))

    @property
    def decimals(self) -> int:
        """Decimals with which values differ visibly: 2 for a range of at least 1, up to 5 for smaller ones."""
        span = self.high - self.low
        return 2 if span >= 1 or span <= 0 else min(5, 2 - math.floor(math.log10(span)))

    def columns(self, value: float, width: int) -> tuple[int, int]:
        """Return the columns [start, end) of a value's bar in `width` cells, the zero line's own cell excluded.

        Negative values end left of the zero line and positive ones start right of it. Any value but 0 has at least one
        cell on its side.
        """
        zero = self.zero_column(width)
        if not value or not math.isfinite(value) or self.high <= self.low:
            return zero, zero
        cells = max(1, round(abs(value) * (width - 1) / (self.high - self.low)))
        if value < 0:
            return max(0, zero - cells), zero
        return zero + 1, min(width, zero + 1 + cells)

    def zero_column(self, width: int) -> int:
        """Return the column of the zero line; each side that has values has at least one cell."""
        if width < 1 or self.high <= self.low:
            return 0
        share = -self.low / (self.high - self.low)
        least, most = int(self.low < 0), width - 1 - int(self.high > 0)
        return max(min(round(share * (width - 1)), most), min(least, width - 1))


def round_outward(value: float) -> float:
    """Return the smallest round number of at least `value`; 0 for values up to 0."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _STEPS if step * power >= value), value)
