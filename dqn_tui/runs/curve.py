"""The return of a run over its steps, from samples of `progress.csv` that are of bounded size."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import TypeVar

from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.safe_open import open_file

Item = TypeVar("Item")
STEPS, RETURN = "time/total_timesteps", "rollout/ep_rew_mean"
MOST_POINTS = 80
_HEADER_BYTES = 4_096
# A longer table is read in slices, each of a few rows.
_WHOLE_BYTES = 262_144
_SLICES, _SLICE_BYTES = 40, 320


def read_return_curve(folder: RunFolder) -> list[tuple[int, float]]:
    """Return at most 80 pairs of step and mean return, evenly spaced in the table; none if it is damaged or missing.

    Only numbers that are finite are returned, with increasing steps.
    """
    try:
        descriptor = open_file(folder.progress, os.O_RDONLY)
        try:
            header, _, _ = os.pread(descriptor, _HEADER_BYTES, 0).partition(b"\n")
            columns = header.decode("ascii", "replace").strip().split(",")
            if STEPS not in columns or RETURN not in columns:
                return []
            place = columns.index(STEPS), columns.index(RETURN)
            points = list(_increasing(_parse(_sample(descriptor, len(header) + 1), place)))
        finally:
            os.close(descriptor)
    except OSError:
        return []
    return _thin_out(points, MOST_POINTS)


def _thin_out(items: list[Item], most: int) -> list[Item]:
    """Return at most so many items, evenly spaced, the last one among them."""
    stride = -(-len(items) // most) or 1
    return items[::-1][::stride][::-1]


def _sample(descriptor: int, start: int) -> Iterator[bytes]:
    """Yield whole rows of the table that begins at byte `start`."""
    end = os.fstat(descriptor).st_size
    if end - start <= _WHOLE_BYTES:
        rows = os.pread(descriptor, _WHOLE_BYTES, start).split(b"\n")[:-1]
        yield from _thin_out(rows, MOST_POINTS)
        return
    for number in range(_SLICES):
        offset = start + (end - start - _SLICE_BYTES) * number // (_SLICES - 1)
        # Both ends are rows in part, except at the start of the table; its end is cut off as a line end.
        rows = os.pread(descriptor, _SLICE_BYTES, offset).split(b"\n")
        yield from rows[0 if number == 0 else 1 : -1]


def _parse(rows: Iterator[bytes], place: tuple[int, int]) -> Iterator[tuple[int, float]]:
    for row in rows:
        cells = row.split(b",")
        try:
            step, mean = (float(cells[column]) for column in place)
        except (ValueError, IndexError):
            # A row of an evaluation has no mean return.
            continue
        if math.isfinite(mean) and 0 <= step < math.inf:
            yield int(step), mean


def _increasing(points: Iterator[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    newest = -1
    for step, mean in points:
        if step > newest:
            newest = step
            yield step, mean
