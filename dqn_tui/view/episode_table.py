"""All training episodes of a run in a few bytes each, and the orders in which they are listed."""

from __future__ import annotations

import enum
import math
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_EPISODES = 2_000_000
"""Of more, the oldest are dropped."""
_LARGEST = 2**32 - 1
_DROPPED_SHARE = 4


class EpisodeOrder(enum.Enum):
    """What is listed first."""

    NEWEST = "newest first"
    LONGEST = "longest first"
    BEST = "best first"
    WORST = "worst first"
    FIRST = "first to last"

    @property
    def following(self) -> EpisodeOrder:
        """The next order; the first one follows the last."""
        orders = list(EpisodeOrder)
        return orders[(orders.index(self) + 1) % len(orders)]


class EpisodeRow(NamedTuple):
    """One episode.

    Attributes:
        number: from 1.
        episode_return: undiscounted.
        length: steps.
        step: environment step at its end.
        epsilon: share of random actions at the last report before its end; None where there was none.
    """

    number: int
    episode_return: float
    length: int
    step: int
    epsilon: float | None


class EpisodeTable:
    """The episodes in the order of their ends, as columns of 24 bytes a row in all.

    Attributes:
        version: grows with each change.
    """

    def __init__(self) -> None:
        self.version = 0
        self._numbers, self._lengths, self._steps = array("I"), array("I"), array("Q")
        self._returns, self._epsilons = array("f"), array("f")
        self._sorted: dict[EpisodeOrder, _Sorted] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def append(self, row: EpisodeRow) -> None:
        """Add the newest episode."""
        if len(self) >= MOST_EPISODES:
            self._keep(slice(MOST_EPISODES // _DROPPED_SHARE, None))
        self.version += 1
        self._numbers.append(min(row.number, _LARGEST))
        self._lengths.append(min(row.length, _LARGEST))
        self._steps.append(row.step)
        self._returns.append(row.episode_return)
        self._epsilons.append(math.nan if row.epsilon is None else row.epsilon)

    def forget_after(self, step: float) -> None:
        """Drop the episodes that ended after a step."""
        self._keep(slice(bisect_right(self._steps, step)))

    def row(self, place: int, order: EpisodeOrder = EpisodeOrder.FIRST) -> EpisodeRow:
        """Return the episode at a place in an order, both from 0."""
        at = self._row_at(place, order)
        epsilon = self._epsilons[at]
        return EpisodeRow(
            self._numbers[at],
            self._returns[at],
            self._lengths[at],
            self._steps[at],
            None if math.isnan(epsilon) else epsilon,
        )

    def place_of(self, number: int, order: EpisodeOrder) -> int | None:
        """Return where an episode is in an order; None where it is not listed."""
        at = bisect_left(self._numbers, number)
        if at == len(self) or self._numbers[at] != number:
            return None
        if order is EpisodeOrder.FIRST:
            return at
        if order is EpisodeOrder.NEWEST:
            return len(self) - 1 - at
        return int(np.flatnonzero(self._sort(order).rows == at)[0])

    def nearest_to_step(self, step: float) -> EpisodeRow | None:
        """Return the episode whose end is nearest to a step; None where there are none."""
        return self._nearest(self._steps, step)

    def nearest_to_number(self, number: float) -> EpisodeRow | None:
        """Return the episode whose number is nearest; None where there are none."""
        return self._nearest(self._numbers, number)

    def _nearest(self, column: array[int], value: float) -> EpisodeRow | None:
        if not len(self):
            return None
        after = bisect_left(column, value)
        around = [at for at in (after - 1, after) if 0 <= at < len(self)]
        return self.row(min(around, key=lambda at: abs(column[at] - value)))

    def _row_at(self, place: int, order: EpisodeOrder) -> int:
        if order is EpisodeOrder.FIRST:
            return place
        if order is EpisodeOrder.NEWEST:
            return len(self) - 1 - place
        return int(self._sort(order).rows[place])

    def _sort(self, order: EpisodeOrder) -> _Sorted:
        """Return an order, to which the episodes that came since the last call are added."""
        known = self._sorted.setdefault(order, _Sorted())
        if len(known.rows) < len(self):
            known.add(self._keys(order, len(known.rows)))
        return known

    def _keys(self, order: EpisodeOrder, start: int) -> NDArray[np.float64]:
        """Return what is sorted by, ascending, of the rows from `start` on."""
        column: array[Any] = self._lengths if order is EpisodeOrder.LONGEST else self._returns
        keys = np.array(column[start:], np.float64)
        return keys if order is EpisodeOrder.WORST else -keys

    def _keep(self, kept: slice) -> None:
        before = len(self)
        for name in ("_numbers", "_lengths", "_steps", "_returns", "_epsilons"):
            setattr(self, name, getattr(self, name)[kept])
        if len(self) != before:
            self.version += 1
            self._sorted.clear()


@dataclass
class _Sorted:
    """Rows by ascending keys; of equal ones the earlier row comes first, and those that are no number come last."""

    rows: NDArray[np.int64]
    keys: NDArray[np.float64]

    def __init__(self) -> None:
        self.rows, self.keys = np.zeros(0, np.int64), np.zeros(0)

    def add(self, keys: NDArray[np.float64]) -> None:
        """Add rows with these keys, whose numbers follow those that are there."""
        order = np.argsort(keys, kind="stable")
        places = np.searchsorted(self.keys, keys[order], side="right")
        self.rows = np.insert(self.rows, places, order + len(self.rows))
        self.keys = np.insert(self.keys, places, keys[order])
