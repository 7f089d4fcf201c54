"""The time line of an episode: what is known of it, how far it goes, and the playhead, which a click moves."""

from __future__ import annotations

from typing import NamedTuple

from dqn_tui.rollout import Timeline
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.text import ASCII

_SHORTEST = 50


class Span(NamedTuple):
    """The cells along which an episode is drawn.

    Attributes:
        left: column of the first.
        columns: number of cells.
        steps: steps of the episode that they stand for.
    """

    left: int
    columns: int
    steps: int

    def column_of(self, step: int) -> int:
        """Return the column of a step, counted from `left`."""
        return min(self.columns - 1, step * self.columns // (self.steps + 1))

    def column_after(self, step: int) -> int:
        """Return the column after the last one of a step."""
        return min(self.columns, max(self.column_of(step) + 1, (step + 1) * self.columns // (self.steps + 1)))

    def step_at(self, x: int) -> int:
        """Return the first step of the cell at `x`; the ends for places beyond them."""
        column = min(max(x - self.left, 0), self.columns - 1)
        return self.steps if column == self.columns - 1 else -(-column * (self.steps + 1) // self.columns)


def span_of(timeline: Timeline, left: int, right: int) -> Span:
    """Return the span from column `left` to `right`; of an episode without a known end it is a round number of steps.

    So the picture of an unfinished episode does not change with each of its steps.
    """
    steps = timeline.length or _round_up(timeline.known)
    return Span(left, max(1, right - left), max(1, steps))


def time_line_row(timeline: Timeline, span: Span, marker: str) -> Row:
    """Return the cells of the span."""
    is_ascii = marker == ASCII
    head, known = span.column_of(timeline.playhead), span.column_after(timeline.known)
    past, ahead, unknown = ("=", "-", ".") if is_ascii else ("━", "─", "·")
    cells = [(past, "bar")] * head + [(ahead, "axis")] * (known - head) + [(unknown, "dim")] * span.columns
    if timeline.parting is not None:
        cells[span.column_of(timeline.parting)] = ("x" if is_ascii else "╳", "warning")
    cells[head] = ("O" if is_ascii else "●", "crosshair")
    return [*cells[: span.columns]]


def end_label(timeline: Timeline) -> str:
    """Return the length of the episode, or what is known of it."""
    return f"{timeline.length:,}" if timeline.length is not None else f"{timeline.known:,}+"


def _round_up(steps: int) -> int:
    """Return the next of 50, 100, 200, 500, 1000, … that leaves some room."""
    limit, factors = _SHORTEST, (2, 2, 2.5)
    place = 0
    while limit < steps * 1.05:
        limit = int(limit * factors[place % 3])
        place += 1
    return limit
