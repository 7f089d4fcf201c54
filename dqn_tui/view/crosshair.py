"""What a chart shows at one x: the values of all its layers in the column of cells under the crosshair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dqn_tui.view.buckets import Reading
from dqn_tui.view.cells import Cells
from dqn_tui.view.layer import Layer


class LayerReading(NamedTuple):
    """A value read off a layer.

    Attributes:
        name: what the layer calls itself; may be empty.
        role: role of the layer, for the colour.
        value: what it shows there: the mean of the column's points; of a band its lower and its upper edge.
        summary: of the column, where the layer draws single values; else None.
    """

    name: str
    role: str
    value: float | tuple[float, float]
    summary: Reading | None = None


def read_layers(layers: Sequence[Layer], cells: Cells, column: int) -> list[LayerReading]:
    """Return what the layers show in a column, the front one first; levels and layers without points are left out.

    In a column without points, a series is read at the nearest of its buckets, and evaluations at the newest before.
    """
    return [reading for layer in reversed(layers) for reading in _read(layer, cells, column)]


def _read(layer: Layer, cells: Cells, column: int) -> Iterator[LayerReading]:
    found = [series.read(cells, column) for series in layer.series]
    if layer.kind == "points":
        seen = [y for x, y in layer.places if x <= cells.middle(column) + cells.width / 2]
        if seen:
            yield LayerReading(layer.name, layer.role, seen[-1])
    elif layer.kind == "shares":
        yield from _shares(layer, found)
    elif not found or None in found:
        return
    elif layer.kind == "band":
        low, high = (reading.mean for reading in found if reading)
        yield LayerReading(layer.name, layer.role, (low, high))
    else:
        (only,) = found
        assert only is not None
        yield LayerReading(layer.name, layer.role, only.mean, only if layer.kind == "envelope" else None)


def _shares(layer: Layer, found: Sequence[Reading | None]) -> Iterator[LayerReading]:
    """Yield the share of each part in their sum, as it is drawn."""
    sizes = [min(max(0.0, reading.mean), 1e300) if reading else 0.0 for reading in found]
    total = sum(sizes)
    if total > 0:
        for name, role, size in zip(layer.labels, layer.roles, sizes, strict=False):
            yield LayerReading(name, role, size / total)
