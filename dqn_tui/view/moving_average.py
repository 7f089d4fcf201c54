"""An exponential moving average without the bias of its start (Kingma & Ba 2015, "Adam", section 3)."""

from __future__ import annotations

SPANS = (1, 5, 20, 50, 100)
"""The strengths of smoothing that the user may choose; 1 is none."""


class MovingAverage:
    """The debiased exponential moving average of a stream of values.

    With the decay b = 1 - 2 / (span + 1), after t values y:

        m_t = b * m_(t-1) + (1 - b) * y_t,   w_t = 1 - b^t,   average_t = m_t / w_t

    The average is as smooth as a plain mean of the last `span` values of a noisy, level signal: its variance is
    1 / span of theirs. On a steady rise it lags (span - 1) / 2 values behind, less at the start. The weight of a
    value halves every log(1/2) / log(b), about 0.35 * span, values. Nothing is ever subtracted, so the rounding
    error of a huge value decays with the value itself.
    """

    def __init__(self, span: int) -> None:
        self.span = span
        self._decay = 1 - 2 / (span + 1)
        self._sum = self._weight = 0.0

    def push(self, value: float) -> float:
        """Add a finite value; return the average including it."""
        share = 1 - self._decay
        self._sum = self._decay * self._sum + share * value
        self._weight = self._decay * self._weight + share
        return self._sum / self._weight

    def restore(self, average: float | None, count: int) -> None:
        """Return to the state after `count` values whose average was `average`; None is the empty state."""
        self._weight = 0.0 if average is None else 1 - self._decay**count
        self._sum = 0.0 if average is None else average * self._weight
