"""The values of all lines of a chart, the newest or those in one column, as facts for its upper edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dqn_tui.ui.widgets.rows import Row, row_width
from dqn_tui.view.buckets import LAST, Buckets
from dqn_tui.view.cells import Cells
from dqn_tui.view.layer import Layer
from dqn_tui.view.text import number

Read = Callable[[Buckets], float | None]
_SEPARATOR = 2


class LineValue(NamedTuple):
    """The value of a run, or of the middle of a group.

    Attributes:
        mark, role: letter and colour of its line.
        value: what it shows.
        interval: bounds of the group's interval there; None where none is drawn.
    """

    mark: str
    role: str
    value: float
    interval: tuple[float, float] | None = None


def newest(series: Buckets) -> float | None:
    """Return the newest value."""
    found = series.rows()[LAST, -1:].tolist()
    return found[0] if found else None


def reader(cells: Cells, column: int) -> Read:
    """Return what reads a series in a column: nothing where the line has ended before, or not yet begun."""

    def read(series: Buckets) -> float | None:
        if series.x_last is None or series.x_last < cells.middle(column) - cells.width / 2:
            return None
        reading = series.read(cells, column)
        return None if reading is None else reading.mean

    return read


def line_values(layers: Sequence[Layer], read: Read) -> list[LineValue]:
    """Return the values of the lines with a letter, the highest first; those without a value there are left out."""
    intervals = {layer.role: tuple(map(read, layer.series)) for layer in layers if layer.kind == "band"}
    return sorted(_values(layers, read, intervals), key=lambda item: -item.value)


def _values(layers: Sequence[Layer], read: Read, intervals: dict[str, tuple[float | None, ...]]) -> Iterator[LineValue]:
    for layer in layers:
        value = read(layer.series[0]) if layer.kind == "line" and layer.label else None
        if value is not None:
            low, high = intervals.get(f"{layer.role}-band", (None, None))
            interval = None if low is None or high is None else (low, high)
            yield LineValue(layer.label, layer.role, value, interval)


def line_facts(values: Sequence[LineValue], room: int) -> list[Row]:
    """Return the values in `room` cells: with intervals if all fit, else as many as fit and how many more there are."""
    full = [_fact(item, with_interval=True) for item in values]
    if _width(full) <= room:
        return full
    short = [_fact(item, with_interval=False) for item in values]
    if _width(short) <= room:
        return short
    count = len(short)
    while count and _width([*short[:count], _more(len(short) - count)]) > room:
        count -= 1
    return [*short[:count], _more(len(short) - count)]


def _fact(item: LineValue, *, with_interval: bool) -> Row:
    row: Row = [(f"{item.mark} ", item.role), (f"{number(item.value):>5}", "text")]
    if with_interval and item.interval is not None:
        low, high = map(number, item.interval)
        row.append((f" ({low} to {high})", "muted"))
    return row


def _more(count: int) -> Row:
    return [(f"+{count}", "muted")]


def _width(facts: Sequence[Row]) -> int:
    return sum(map(row_width, facts)) + _SEPARATOR * max(0, len(facts) - 1)
